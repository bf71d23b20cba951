"""Compares ClickHouse of today, by chDB, with another ledger: the same rows, every question, to the nano-dollar.

`make clickhouse-oracle` does so with 100,000 rows and SQLite; with FLAGS="--rows 1000000 --ledger postgres", with a
million in Postgres. FAREBOX_CHDB_PYTHON names an interpreter that has chdb (534 MB, so it is no dependency).
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import batched
from pathlib import Path

from farebox.records.record import Record
from farebox.sinks.batch import Links
from farebox.sinks.ledger import ledger_sink
from farebox.store.engine import open_engine, writer
from farebox.store.migrate import migrate
from farebox.store.reprices import revise
from sqlalchemy import Engine

from tests.support import clickhouse
from tests.support.ledgers import new_ledger, new_postgres_ledger
from tests.support.postgres import Postgres

from .calls import FIRST, SPAN, calls, completed, repriced
from .questions import questions

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
            other = stack.enter_context(new_postgres_ledger(stack.enter_context(Postgres())))
        for engine in (other, mine):
            began = time.monotonic()
            _fill(engine, asked.rows)
            print(f"{engine.dialect.name}: {asked.rows:,} rows in {time.monotonic() - began:.0f} s", flush=True)
        wrong = [name for name, same in _compared(other, mine) if not same]
    print(f"{len(wrong)} answers differ")
    return bool(wrong)


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
        sink.write(records, {}, links=Links(completed(records)))
        with writer(engine).begin() as connection:
            revise(connection, repriced(records), _REVISED_AT + timedelta(0))


def _compared(one: Engine, other: Engine) -> Iterator[tuple[str, bool]]:
    for name, ask in questions():
        times = []
        answers = []
        for engine in (one, other):
            began = time.monotonic()
            answers.append(ask(engine))
            times.append(f"{time.monotonic() - began:.2f} s")
        is_same = answers[0] == answers[1]
        print(f"{'same' if is_same else 'DIFFERS'}: {name} ({', '.join(times)})", flush=True)
        if not is_same:
            print(f"  {str(answers[0])[:2000]}\n  {str(answers[1])[:2000]}")
        yield name, is_same


if __name__ == "__main__":
    sys.exit(main())
