"""Modules imported and milliseconds to start; `make bench-imports` prints both and puts them into RESULTS.md.

Each start is a new interpreter. The starts take turns, and the first round, which compiles, does not count.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from .results import put

ROUNDS = 5
_COMMAND = "from farebox.cli.start import main; main()"
STARTS = {
    "`farebox --version`": (_COMMAND, "--version"),
    "`farebox --help`": (_COMMAND, "--help"),
    "`farebox report --help`": (_COMMAND, "report", "--help"),
    "worker": ("import farebox.proxy.__main__",),
    "recorder": ("import farebox.recorder.process",),
}
_HEAVY = ("mitmproxy", "cryptography", "sqlalchemy", "alembic", "genai_prices", "pydantic", "httpx2", "rich")
_CHILD = """
import sys, time
code = sys.argv.pop(1)
before, start, cpu = set(sys.modules), time.perf_counter(), time.process_time()
try:
    exec(code)
except SystemExit:
    pass
took = [time.perf_counter() - start, time.process_time() - cpu, sorted(set(sys.modules) - before)]
import json
json.dump(took, sys.stderr)
"""
_TABLE = ("| start | modules | ms | best | CPU ms | of them |", "|---|---|---|---|---|---|")


class Start(NamedTuple):
    """The seconds and CPU seconds that a start took, and the modules that it imported."""

    seconds: float
    cpu: float
    modules: Sequence[str]


def main() -> None:
    head = "\n".join(_head())
    rounds = [{name: _start(*how) for name, how in STARTS.items()} for _ in range(1 + ROUNDS)]
    table = "\n".join([*_TABLE, *(_line(name, [one[name] for one in rounds[1:]]) for name in STARTS)])
    print(table)
    put("Starting", f"{head}\n\n{table}")


def _start(code: str, *arguments: str) -> Start:
    command = [sys.executable, "-c", _CHILD, code, *arguments]
    return Start(*json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stderr))


def _line(name: str, starts: Sequence[Start]) -> str:
    took, modules = [1_000 * start.seconds for start in starts], starts[0].modules
    cpu = statistics.median(1_000 * start.cpu for start in starts)
    counts = Counter(module.partition(".")[0] for module in modules)
    heavy = ", ".join(f"{one} {counts[one]}" for one in _HEAVY if counts[one])
    return f"| {name} | {len(modules):,} | {statistics.median(took):.0f} | {min(took):.0f} | {cpu:.0f} | {heavy} |"


def _head() -> Iterator[str]:
    load = os.getloadavg()[0]
    when, python = f"{datetime.now(UTC):%Y-%m-%d}", platform.python_version()
    yield f"`make bench-imports`, {when}, Python {python}, while {load:.1f} other processes wanted the two cores."
    yield ""
    yield "Modules imported after the interpreter's own, and milliseconds to import them and print: median and best of"
    yield f"{ROUNDS} new interpreters, and the CPU time. The worker and the recorder are imported, not run."
    yield "*of them*: the modules of large packages."


if __name__ == "__main__":
    main()
