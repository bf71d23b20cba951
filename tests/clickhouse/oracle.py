"""Compares ClickHouse of today, by chDB, with another ledger: the same rows, every question, to the nano-dollar.

`make clickhouse-oracle` does so with 100,000 rows and SQLite; with FLAGS="--rows 1000000 --ledger postgres", with a
million in Postgres, and what Grafana's boards ask too. `make chdb` installs chDB (534 MB, so it is no dependency);
FAREBOX_CHDB_PYTHON names another interpreter that has it.
"""

import argparse
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import batched
from pathlib import Path
from typing import NamedTuple

from farebox.records.record import Record
from farebox.sinks.batch import Links
from farebox.sinks.ledger import ledger_sink
from farebox.store.clickhouse import values, views
from farebox.store.clickhouse.engine import connected
from farebox.store.engine import open_engine, writer
from farebox.store.migrate import migrate
from farebox.store.reprices import revise
from farebox.store.rollups.tables import ROLLUP_TABLES
from sqlalchemy import Engine

from tests.support import clickhouse
from tests.support.ledgers import new_ledger, new_postgres_ledger
from tests.support.postgres import Postgres

from .board_questions import board_questions, ledger_of
from .calls import FIRST, SPAN, calls, completed, priced_early, repriced
from .questions import Question, questions

_BATCH = 20_000
_REVISED_AT = FIRST + SPAN * 0.4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--ledger", choices=("sqlite", "postgres"), default="sqlite", help="what to compare with")
    asked = parser.parse_args()
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        mine = stack.enter_context(_chdb())
        if asked.ledger == "sqlite":
            other = stack.enter_context(new_ledger(Path(folder) / "ledger.db"))
        else:
            # That of tests is given up after seconds, and some answers about a million calls take longer.
            given = stack.enter_context(new_postgres_ledger(stack.enter_context(Postgres())))
            other = open_engine(given.url.render_as_string(hide_password=False), patience=None)
            stack.callback(other.dispose)
        for engine in (other, mine):
            began = time.monotonic()
            _fill(engine, asked.rows)
            print(f"{engine.dialect.name}: {asked.rows:,} rows in {time.monotonic() - began:.0f} s", flush=True)
        unused = list(_unused(mine))
        found = list(_compared(other, mine))
        for engine, seconds in zip((other, mine), zip(*(one.seconds for one in found), strict=True), strict=True):
            slowest = f"the median {statistics.median(seconds):.2f} s, the slowest {max(seconds):.2f} s"
            print(f"{engine.dialect.name}: {len(seconds)} answers in {sum(seconds):.0f} s, {slowest}")
    wrong = [one.name for one in found if not one.is_same]
    print(f"{len(wrong)} answers differ", *wrong, *unused, sep="\n")
    return bool(wrong or unused)


def _unused(engine: Engine) -> Iterator[str]:
    """Yield the tables of hourly sums for which ClickHouse does not read the sums that it keeps."""
    for rollup in ROLLUP_TABLES:
        sums = ", ".join(f"sum({rollup.table}.{name})" for name in rollup.numbers)
        query = views.narrowed(f"SELECT {sums} FROM {rollup.table}", values.MODERN)
        with connected(engine) as connection:
            plan = connection.ask(f"EXPLAIN {query}", settings=connection.reading)
        # It may choose the smaller of the two.
        if "ReadFromMergeTree (hourly_by_" not in plan:
            yield f"{rollup.table} reads the calls"


class _Compared(NamedTuple):
    """A question, whether both answers are the same, and how long each took."""

    name: str
    is_same: bool
    seconds: Sequence[float]


class _chdb(ExitStack):  # noqa: N801 - reads as a function
    """An engine for a new ledger in chDB."""

    def __enter__(self) -> Engine:  # type: ignore[override]
        server = super().__enter__().enter_context(clickhouse.chdb())
        server.ask("CREATE DATABASE farebox")
        engine = open_engine(f"clickhouse://127.0.0.1:{server.address.port}/farebox", patience=600)
        self.callback(engine.dispose)
        migrate(engine)
        return engine


def _fill(engine: Engine, number: int) -> None:
    """Record the calls, complete some and reprice some, in each of some batches."""
    sink = ledger_sink(engine, sidecar="s0")
    for some in batched(calls(number), _BATCH):
        records: list[Record] = list(some)
        sink.write(records, {})
        with writer(engine).begin() as connection:
            revise(connection, priced_early(records), _REVISED_AT)
        sink.write([], {}, links=Links(completed(records)))
        with writer(engine).begin() as connection:
            revise(connection, repriced(records), _REVISED_AT)


def _compared(one: Engine, other: Engine) -> Iterator[_Compared]:
    for name, ask in (*questions(), *_of_boards(one)):
        seconds = []
        answers = []
        for engine in (one, other):
            began = time.monotonic()
            answers.append(ask(engine))
            seconds.append(time.monotonic() - began)
        is_same = answers[0] == answers[1]
        print(
            f"{'same' if is_same else 'DIFFERS'}: {name} ({', '.join(f'{one:.2f} s' for one in seconds)})", flush=True
        )
        if not is_same:
            print(f"  {str(answers[0])[:2000]}\n  {str(answers[1])[:2000]}")
        yield _Compared(name, is_same, seconds)


def _of_boards(other: Engine) -> Iterator[tuple[str, Question]]:
    """Yield what Grafana's boards ask, if they can ask the `other` ledger too."""
    if other.dialect.name == "postgresql":
        yield from ((name, lambda engine, ask=ask: ask(ledger_of(engine))) for name, ask in board_questions())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))
    sys.exit(main())
