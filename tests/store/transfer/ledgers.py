"""Ledgers with calls of several days, for tests of copies, and what two ledgers are compared by."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from farebox.records.record import Record
from farebox.records.times import in_utc
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from farebox.store.engine import writer
from farebox.store.reprices import held, revise
from farebox.store.rows import record_of
from farebox.store.schema import hourly
from farebox.store.snapshot import snapshot
from sqlalchemy import Engine, select

from tests.support.ledgers import new_ledger, new_postgres_ledger
from tests.support.samples import record

TARGETS = ("sqlite", "postgres", "clickhouse")
# Source and target; ClickHouse of 2018 takes a second for each day that is compared.
PAIRS = (("sqlite", "sqlite"), ("sqlite", "postgres"), ("postgres", "sqlite"), ("postgres", "clickhouse"))
on_each_pair = pytest.mark.parametrize(("engine", "target"), PAIRS, indirect=True)
BEGUN = datetime(2026, 9, 28, 22, 30, 15, 250_001, tzinfo=UTC)


@contextmanager
def new_target(request: pytest.FixtureRequest, folder: Path) -> Iterator[Engine]:
    """Open a new ledger on the database that the fixture's parameter names."""
    if request.param == "sqlite":
        with new_ledger(folder / "target.db") as engine:
            yield engine
    elif request.param == "postgres":
        with new_postgres_ledger(request.getfixturevalue("postgres")) as engine:
            yield engine
    else:
        with request.getfixturevalue("clickhouse").new_ledger() as engine:
            yield engine


def some_calls(number: int = 40) -> list[Record]:
    """Return calls of five days and two months, some with all kinds of values and some with hardly any."""
    return [
        record(
            started_at=BEGUN + timedelta(hours=3 * place, microseconds=place),
            model_returned="gpt-4o" if place % 3 else None,
            streamed=(None, True, False)[place % 3],
            status=200,
            input_tokens=10**12 + place if place % 4 else None,
            output_tokens=0 if place % 5 else None,
            cost_nanousd=3_500_001 * place if place % 6 else None,
            cost_status="priced" if place % 6 else "unpriced",
            cost_reasons=None if place % 6 else ["unknown_model"],
            units={"further_calls": place} if place % 7 == 0 else None,
            user_id=f"Zoë\t'{place % 3}'\\" if place % 2 else "",
            response_id=f"chatcmpl-{place}",
            duration_ms=place,
        )
        for place in range(number)
    ]


def fill(engine: Engine, records: list[Record]) -> None:
    """Store calls as a recorder does."""
    DatabaseSink(engine, sidecar="here").write(records, {})


def reprice(engine: Engine, ids: list[str], cost: int, at: datetime = datetime(2026, 10, 20, tzinfo=UTC)) -> None:
    """Give calls a later price."""
    with writer(engine).begin() as connection:
        rows = held(connection, [record_of(row) for row in queries.calls_by_id(engine, ids)])
        revise(connection, [(row, msgspec.structs.replace(row, cost_nanousd=cost)) for row in rows], at)


def rows(engine: Engine) -> list[Record]:
    """Return the calls at their current prices."""
    return [record_of(row) for row in queries.all_calls(engine)]


def sums(engine: Engine) -> list[list[tuple[Any, ...]]]:
    """Return the rows of the hourly sums, without the key that ClickHouse does not need."""
    found = []
    with snapshot(engine) as connection:
        for table in hourly.values():
            columns = [column for column in table.columns if column.name != "key"]
            read = connection.execute(select(*columns))
            found.append(sorted(((in_utc(row[0]), *row[1:]) for row in read), key=repr))
    return found
