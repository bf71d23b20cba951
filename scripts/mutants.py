"""Mutate a package with mutmut and run its own tests on a sample of the mutants: mutants.py PACKAGE [SAMPLE].

Runs in a copy of the checkout whose top holds `farebox` and `tests` (see mutants.sh) and rewrites the package there.
mutmut's own runner collects all tests anew for each mutant. Here they are collected once, and each mutant runs in a
fork: the fastest tests that call the mutated function first, up to the first that fails.
"""

import difflib
import os
import random
import re
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation import trampoline
from mutmut.mutation.file_mutation import mutate_file_contents

# For a mutant that loops: processor time is limited by what its tests take, time by the clock only in case of a
# deadlock, so that a busy machine kills no mutant.
CPU_SECONDS = 10
CLOCK_SECONDS = 120


def mutate(package: str) -> list[str]:
    """Rewrite the modules of `package` so that they contain their mutants, and return the mutants' names."""
    names = []
    for path in sorted(Path("farebox", package).rglob("*.py")):
        mutated = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
        path.write_text(mutated.code, encoding="utf-8")
        module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        names += [f"{module}.{name}" for name in mutated.mutant_names]
    return names


def function_of(mutant: str) -> str:
    return re.sub(r"__mutmut_\w+$", "", mutant)


def difference(mutant: str) -> str:
    """Return the lines that the mutant changes."""
    module, _, name = mutant.rpartition(".")
    path = Path(*module.split("."))
    code = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")

    def body(name: str) -> list[str]:
        found = re.search(rf"^( *)(?:async )?def {name}\(.*?(?=^\1\S|\Z)", code, re.DOTALL | re.MULTILINE)
        return found.group().splitlines()[1:] if found else []

    changes = difflib.unified_diff(body(f"{function_of(name)}__mutmut_orig"), body(name), lineterm="", n=0)
    return "\n".join(f"    {line}" for line in list(changes)[2:] if not line.startswith("@@"))


class MutantRunner:
    """A pytest plugin that replaces the test loop."""

    def __init__(self, mutants: list[str]) -> None:
        self.mutants = mutants
        self.results = Counter[str]()
        self._tests = defaultdict[str, dict[pytest.Item, float]](dict)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        print(f"{len(session.items)} tests, {len(self.mutants)} mutants", flush=True)
        self._find_tests(session.items)
        for mutant in self.mutants:
            outcome = self._outcome(mutant)
            self.results[outcome.split()[0]] += 1
            print(f"{mutant}: {outcome}", flush=True)
            if not outcome.startswith("killed"):
                print(difference(mutant), flush=True)
        session._setupstate.teardown_exact(None)  # noqa: SLF001 - pytest has no public way to run tests
        return True

    def _find_tests(self, items: list[pytest.Item]) -> None:
        """Run each test once, and note which functions it calls and how long it takes."""
        hits: set[str] = set()
        trampoline.record_trampoline_hit = lambda name, **_: hits.add(name)
        for number, item in enumerate(items):
            hits.clear()
            trampoline.set_mutant_under_test("stats")
            began = time.process_time()
            reports = runtestprotocol(item, log=False, nextitem=_stays(items, number))
            seconds = time.process_time() - began
            trampoline.set_mutant_under_test("")
            if any(report.failed for report in reports):
                print(f"left out, because it fails without a mutant: {item.nodeid}", flush=True)
                continue
            for name in hits:
                self._tests[name][item] = seconds

    def _outcome(self, mutant: str) -> str:
        tests = self._tests[function_of(mutant)]
        if not tests:
            return "untested"
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.setsid()
            self._run(mutant, sorted(tests, key=tests.__getitem__), writer, sum(tests.values()))
        os.close(writer)
        timeout = signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
        signal.alarm(CLOCK_SECONDS + 10 * int(sum(tests.values())))
        killer = os.read(reader, 4096).decode()
        os.waitpid(child, 0)
        signal.alarm(0)
        signal.signal(signal.SIGALRM, timeout)
        os.close(reader)
        return killer or "killed by a time limit or a crash"

    @staticmethod
    def _run(mutant: str, tests: list[pytest.Item], writer: int, seconds: float) -> None:
        limit = CPU_SECONDS + 2 * int(seconds)
        used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
        resource.setrlimit(resource.RLIMIT_CPU, (used + limit, used + limit))
        trampoline.set_mutant_under_test(mutant)
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        outcome = "survived"
        for number, item in enumerate(tests):
            if any(report.failed for report in runtestprotocol(item, log=False, nextitem=_stays(tests, number))):
                outcome = f"killed by {item.nodeid}"
                break
        os.write(writer, outcome[:4096].encode())
        os._exit(0)


def _stays(items: list[pytest.Item], number: int) -> pytest.Item:
    """Return the test that comes next; after the last one a test that keeps what the whole session shares."""
    return items[number + 1] if number + 1 < len(items) else items[0]


def main(package: str, sample: int) -> int:
    """Print the outcome of each mutant, and the share that is killed."""
    names = mutate(package)
    if sample and sample < len(names):
        names = sorted(random.Random(os.environ.get("SEED", "farebox")).sample(names, sample))  # noqa: S311
    if only := os.environ.get("MUTANTS"):
        names = [name for name in names if re.search(only, name)]
    runner = MutantRunner(names)
    # No test has a time limit of its own: those of the mutant apply.
    options = (
        "-q",
        "-m",
        "not slow",
        "-p",
        "no:cacheprovider",
        "-o",
        "timeout=0",
        "-o",
        "addopts=--import-mode=importlib",
    )
    code = pytest.main([f"tests/{package}", *options], plugins=[runner])
    killed, tried = runner.results["killed"], sum(runner.results.values())
    print(f"{package}: {killed} of {tried} mutants killed, {killed / max(tried, 1):.1%}; {dict(runner.results)}")
    return 0 if code in {0, 5} else int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0))
