"""What the money gauges and a scrape take, on the hourly sums of ten million calls.

`make bench-gauges` prints it and puts it into RESULTS.md. The sums are made by the database, without the calls; an hour
of calls is there for the hour in which windows begin.
"""

import argparse
import platform
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from farebox.recorder.spend import SpendJob
from farebox.records.windows import WINDOWS
from farebox.sinks.database import DatabaseSink
from farebox.sinks.metrics import MetricsSink
from farebox.sinks.spend_gauges import SpendGauges
from farebox.store.engine import Engine, writer
from farebox.store.label_sets import label_sets
from farebox.store.rollups.tables import ROLLUP_TABLES, RollupTable
from farebox.store.spend import SCOPES
from msgspec.structs import replace
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import text

from . import places, results
from .traffic import readings, records

LEDGERS = {"SQLite": places.sqlite, "Postgres": places.postgres}
HOURS = 30 * 24
# As ten million calls have them: `make bench-ledger` counts.
ROWS = {"hourly_by_model": 76, "hourly_by_caller": 790}
# Calls a minute while the gauges are kept up to date, and users and keys of a month.
CALLS, NAMES = 230, 10_000
_RUNS = 5
_KEY = {"sqlite": "randomblob(16)", "postgresql": "decode(md5(h || '-' || n), 'hex')"}
_HOUR = {
    "sqlite": "strftime('%Y-%m-%d %H:00:00.000000', :first, h || ' hours')",
    "postgresql": ":first + h * interval '1 hour'",
}
_SERIES = {
    "sqlite": "WITH RECURSIVE hours(h) AS (SELECT 0 UNION ALL SELECT h + 1 FROM hours WHERE h + 1 < :hours), "
    "numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :rows)",
    "postgresql": "WITH hours AS (SELECT generate_series(0, :hours - 1) AS h), "
    "numbers AS (SELECT generate_series(0, :rows - 1) AS n)",
}
_HEAD = """
The hourly sums are those of 10,000,000 calls in 30 days, with 10,000 users and keys. *First run*: CPU until all
gauges are there after a start. *Next*: of one after another minute's calls, median of 5. *Scrape*: of one
`/metrics` with all series. CPU is the recorder's, in milliseconds.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledger", choices=LEDGERS, nargs="*", default=list(LEDGERS), help="databases to measure")
    parser.add_argument("--print", action="store_true", help="leave RESULTS.md as it is")
    asked = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory(prefix="farebox-bench-") as folder:
        for line in _lines(Path(folder), asked.ledger):
            print(line, flush=True)
            lines.append(line)
    if not asked.print:
        results.put("Gauges and scrapes", "\n".join(lines))


def _lines(folder: Path, ledgers: list[str]) -> Iterator[str]:
    yield f"`make bench-gauges`, {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}."
    yield _HEAD
    yield from ("| ledger | first run | next | scrape | series |", "|---|---|---|---|---|")
    for name in ledgers:
        with LEDGERS[name](folder) as place:
            yield f"| {name} | {_measured(place.engine)} |"


def _measured(engine: Engine) -> str:
    now = datetime.now(UTC)
    fill(engine, now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS))
    registry = CollectorRegistry()
    metrics = MetricsSink(registry, lambda _provider, _model: True)
    metrics.expect(label_sets(engine, now - timedelta(days=30)))
    gauges = SpendGauges(registry)
    job = SpendJob(engine, gauges, ZoneInfo("Asia/Kolkata"), names=20)
    rows = records(readings(CALLS))
    first = 0.0
    while len(gauges.windows) < len(WINDOWS):
        first += _cpu(job.run)
    nexts = []
    for number in range(_RUNS):
        later = [replace(row, id=f"{number:08x}{row.id[8:]}", started_at=datetime.now(UTC)) for row in rows]
        DatabaseSink(engine).write(later, {})
        metrics.apply(later, [])
        nexts.append(_cpu(job.run))
    scrapes = sorted(_cpu(lambda: generate_latest(registry)) for _ in range(_RUNS))
    series = sum(len(metric.samples) for metric in registry.collect())
    return " | ".join(
        (f"{first:,.0f}", f"{sorted(nexts)[_RUNS // 2]:,.0f}", f"{scrapes[_RUNS // 2]:,.0f}", f"{series:,}")
    )


def fill(engine: Engine, first: datetime) -> None:
    """Put hourly sums of ten million calls into an empty ledger, from the hour `first` on."""
    with writer(engine).begin() as connection:
        for rollup in ROLLUP_TABLES:
            connection.execute(
                text(_statement(rollup, connection.dialect.name)),
                {"first": first.replace(tzinfo=None) if connection.dialect.name == "sqlite" else first, "hours": HOURS}
                | {"rows": ROWS[rollup.table]},
            )


def _statement(rollup: RollupTable, dialect: str) -> str:
    names = {
        column: f"'{scope} ' || ((h * 7 + n) % {NAMES if scope in ('user', 'key') else 12})"
        for scope, column in SCOPES.items()
    }
    told = names | {
        "host": "'api.example.com'",
        "outcome": "'ok'",
        "status": "200",
        "cost_status": "'priced'",
        "operation": "'chat'",
    }
    made = {name: told[name] for name in rollup.dimensions if name in told}
    made |= {"calls": "18", **{f"{name}_known": "18" for name in rollup.measures}}
    made |= dict.fromkeys(rollup.measures, "18000000 + n")
    columns, values = ", ".join(("hour", "key", *made)), ", ".join((_HOUR[dialect], _KEY[dialect], *made.values()))
    return f"INSERT INTO {rollup.table} ({columns}) {_SERIES[dialect]} SELECT {values} FROM hours, numbers"  # noqa: S608


def _cpu(work: object) -> float:
    """Return the milliseconds of CPU that `work` takes in this process."""
    start = time.process_time()
    work()  # type: ignore[operator]
    return (time.process_time() - start) * 1000


if __name__ == "__main__":
    main()
