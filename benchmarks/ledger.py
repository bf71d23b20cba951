"""What recording and reporting take: rows a second into each ledger, CPU a row, and how long a report takes.

`make bench-ledger` prints it and puts it into RESULTS.md. Ten million calls take some 15 GB of disk and half an hour;
FLAGS="--rows 1000000" does with as many.
"""

import argparse
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from farebox.recorder.batch_writer import BATCH

from . import places, results
from .bulk import fill
from .recording import CALLS, ROUNDS, Rate, recorder_rate, sink_rate
from .reporting import TIMES, latencies, sizes
from .traffic import readings, records

LEDGERS = {"SQLite": places.sqlite, "Postgres": places.postgres}
# Bytes that a call takes while it is written, generously.
_A_ROW = 3_000
_SAMPLES = 20_000
_RECORDING = f"""
Recording: median and best of {ROUNDS} rounds of {CALLS:,} calls, {BATCH:,} per transaction flushed to disk,
including hourly sums. *Records*: the sink alone. *spool*: the whole recorder, which reads, prices, links, writes and
counts. CPU is in microseconds per row; on an idle machine, farebox's and the server's CPU together are the time per
row. Postgres shares the two cores.
"""
_REPORTS = f"""
Reports: `farebox report` from the command line, seconds from start to end, median and best of {TIMES} after one run
that warms the caches, and farebox's CPU seconds, 0.7 of them for startup. The calls are from the last 30 days.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000, 10_000_000], help="calls to report on")
    parser.add_argument("--ledger", choices=LEDGERS, nargs="*", default=list(LEDGERS), help="databases to measure")
    parser.add_argument("--print", action="store_true", help="leave RESULTS.md as it is")
    asked = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory(prefix="farebox-bench-") as folder:
        for line in _lines(Path(folder), asked.ledger, asked.rows):
            print(line, flush=True)
            lines.append(line)
    if not asked.print:
        results.put("The ledger", "\n".join(lines))


def _lines(folder: Path, ledgers: list[str], sizes_asked: list[int]) -> Iterator[str]:
    load = os.getloadavg()[0]
    when, python = f"{datetime.now(UTC):%Y-%m-%d}", platform.python_version()
    yield f"`make bench-ledger`, {when}, Python {python}, with a load average of {load:.1f} on two cores."
    yield _RECORDING
    yield from ("| ledger | from | rows/s | best | farebox's CPU | the server's |", "|---|---|---|---|---|---|")
    for name in ledgers:
        with LEDGERS[name](folder) as place:
            yield _rate_line(name, "Records", sink_rate(place))
        with LEDGERS[name](folder) as place:
            yield _rate_line(name, "spool", recorder_rate(place, folder))
    yield _REPORTS
    yield from ("| calls | ledger | report | median | best | CPU |", "|---|---|---|---|---|---|")
    notes: list[str] = []
    for number in sizes_asked:
        for name in ledgers:
            yield from _reports(folder, name, number, notes)
    yield from ("", *notes)


def _rate_line(name: str, source: str, rate: Rate) -> str:
    return f"| {name} | {source} | {rate.rows:,.0f} | {rate.best:,.0f} | {rate.ours:.0f} | {rate.server or 0:.0f} |"


def _reports(folder: Path, name: str, number: int, notes: list[str]) -> Iterator[str]:
    if shutil.disk_usage(folder).free < number * _A_ROW:
        notes.append(f"* {number:,} calls in {name} were not measured: the disk had no room for them.")
        return
    with LEDGERS[name](folder) as place:
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        fill(place.engine, records(readings(_SAMPLES)), number, hour)
        by_model, by_caller = sizes(place.engine)
        notes.append(f"* {number:,} calls in {name} have {by_model:,} hourly sums by model, {by_caller:,} by caller.")
        for one in latencies(place, folder):
            yield f"| {number:,} | {name} | {one.name} | {one.seconds:.2f} | {one.best:.2f} | {one.ours:.2f} |"


if __name__ == "__main__":
    main()
