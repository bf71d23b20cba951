"""What recording and reporting take: rows a second into each ledger, CPU a row, and how long a report takes.

`make bench-ledger` prints it and puts it into RESULTS.md. Ten million calls take some 15 GB of disk and half an hour;
FLAGS="--rows 1000000" does with as many.
"""

import argparse
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from farebox.recorder.batch_writer import BATCH

from tests.support import clickhouse

from . import places, results
from .bulk import fill
from .recording import CALLS, ROUNDS, Rate, recorder_rate, sink_rate
from .reporting import TIMES, latencies, sizes
from .traffic import readings, records

LEDGERS = places.PLACES
# Bytes that a call takes while it is written, generously; copies of few calls are small on ClickHouse.
_A_ROW, _A_ROW_IN_CLICKHOUSE = 3_000, 300
_SAMPLES = 20_000
_RECORDING = f"""
Recording: median and best of {ROUNDS} rounds of {CALLS:,} calls, {BATCH:,} per transaction flushed to disk,
including hourly sums. *Records*: the sink alone. *spool*: the whole recorder, which reads, prices, links, writes and
counts. CPU is in microseconds per row; on an idle machine, farebox's and the server's CPU together are the time per
row. The server shares the two cores. *bytes* are those of a row on the disk, with its indexes and hourly sums.
ClickHouse-18.16 is Debian's server, which has no hourly sums; ClickHouse-26.9 is chDB behind an HTTP server in Python.
"""
_REPORTS = f"""
Reports: `farebox report` from the command line, seconds from start to end, median and best of {TIMES} after one run
that warms the caches, and farebox's CPU seconds, most of them for startup. The calls are from the last 30 days; the
database made them by itself.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000, 10_000_000], help="calls to report on")
    parser.add_argument("--ledger", choices=LEDGERS, nargs="*", default=_present(), help="databases to measure")
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
    yield from (
        "| ledger | from | rows/s | best | farebox's CPU | the server's | bytes |",
        "|---|---|---|---|---|---|---|",
    )
    for name in ledgers:
        for source, rate_of in (("Records", sink_rate), ("spool", partial(recorder_rate, folder=folder))):
            with LEDGERS[name](folder) as place:
                empty, rate = place.size(), rate_of(place)
                yield _rate_line(name, source, rate, (place.size() - empty) / (ROUNDS * CALLS))
    yield _REPORTS
    yield from ("| calls | ledger | report | median | best | CPU |", "|---|---|---|---|---|---|")
    notes: list[str] = []
    for number in sizes_asked:
        for name in ledgers:
            yield from _reports(folder, name, number, notes)
    yield from ("", *notes)


def _present() -> list[str]:
    """Return the ledgers that this machine can run."""
    lacks = {
        "ClickHouse-18.16": not clickhouse.is_installed(),
        "ClickHouse-26.9": "FAREBOX_CHDB_PYTHON" not in os.environ,
    }
    return [name for name in LEDGERS if not lacks.get(name)]


def _rate_line(name: str, source: str, rate: Rate, bytes_: float) -> str:
    rates = f"{rate.rows:,.0f} | {rate.best:,.0f} | {rate.ours:.0f} | {rate.server:.0f}"
    return f"| {name} | {source} | {rates} | {bytes_:,.0f} |"


def _reports(folder: Path, name: str, number: int, notes: list[str]) -> Iterator[str]:
    row = _A_ROW_IN_CLICKHOUSE if name.startswith("ClickHouse") else _A_ROW
    if shutil.disk_usage(folder).free < number * row:
        notes.append(f"* {number:,} calls in {name} were not measured: the disk had no room for them.")
        return
    with LEDGERS[name](folder) as place:
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        began = time.monotonic()
        fill(place.engine, records(readings(_SAMPLES)), number, hour)
        took = f"were made in {time.monotonic() - began:,.0f} s and take {place.size() / 1e9:.1f} GB"
        by_model, by_caller = sizes(place.engine)
        sums = f"{by_model:,} hourly sums by model, {by_caller:,} by caller"
        notes.append(f"* {number:,} calls in {name} {took}; they have {sums}.")
        for one in latencies(place, folder):
            yield f"| {number:,} | {name} | {one.name} | {one.seconds:.2f} | {one.best:.2f} | {one.ours:.2f} |"


if __name__ == "__main__":
    main()
