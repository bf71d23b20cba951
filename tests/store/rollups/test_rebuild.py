"""Hourly sums that are not those of the calls are corrected, hour by hour."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store.rollups.rebuild import correct, rebuild
from farebox.store.rollups.tables import BY_CALLER, BY_MODEL, ROLLUP_TABLES
from farebox.store.schema import calls, hourly
from sqlalchemy import Engine, delete, insert, select, update

from tests.support.samples import record

HOUR = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOURS = [HOUR + timedelta(hours=number) for number in range(3)]


def call(at: datetime = HOUR, **values: Any) -> Record:
    return record(**{"started_at": at + timedelta(minutes=30), "cost_nanousd": 7, "duration_ms": 15} | values)


def write_alone(engine: Engine, *records: Record) -> None:
    """Write calls without their sums, as no farebox does."""
    with engine.begin() as connection:
        rows = [{name: getattr(row, name) for name in row.__struct_fields__} for row in records]
        connection.execute(insert(calls), rows)


def costs(engine: Engine, table: str = BY_MODEL.table) -> list[tuple[int, int | None]]:
    own = hourly[table]
    with engine.connect() as connection:
        found = connection.execute(select(own.c.calls, own.c.cost_nanousd).order_by(own.c.hour, own.c.key))
        return [(number, cost) for number, cost in found]


def test_right_sums_are_left_alone(engine: Engine) -> None:
    DatabaseSink(engine).write([call(at) for at in HOURS], {})

    assert rebuild(engine) == 0
    assert costs(engine) == [(1, 7)] * 3


def test_an_empty_ledger_has_nothing_to_correct(engine: Engine) -> None:
    assert rebuild(engine) == 0


def test_missing_sums_are_added_in_both_tables(engine: Engine) -> None:
    write_alone(engine, call(), call(HOURS[2]))

    assert rebuild(engine) == 2

    for rollup in ROLLUP_TABLES:
        assert costs(engine, rollup.table) == [(1, 7), (1, 7)]
    assert rebuild(engine) == 0


@pytest.mark.parametrize("rollup", ROLLUP_TABLES, ids=lambda rollup: rollup.table)
@pytest.mark.parametrize("column", ["cost_nanousd", "cost_nanousd_known", "duration_ms_to_20", "calls"])
def test_one_wrong_number_is_enough(engine: Engine, rollup: Any, column: str) -> None:
    DatabaseSink(engine).write([call(), call()], {})
    table = hourly[rollup.table]
    with engine.begin() as connection:
        connection.execute(update(table).values({column: 1}))

    assert rebuild(engine) == 1

    with engine.connect() as connection:
        assert connection.scalar(select(table.c[column])) == (14 if column == "cost_nanousd" else 2)


def test_prices_without_a_call_are_deleted(engine: Engine) -> None:
    DatabaseSink(engine).write([call()], {})
    with engine.begin() as connection:
        connection.execute(update(hourly[BY_CALLER.table]).values(user_id="nobody", key=b"x" * 16))

    assert rebuild(engine) == 1
    assert costs(engine, BY_CALLER.table) == [(1, 7)]


@pytest.mark.parametrize(
    ("start", "end", "corrected"),
    [
        (None, None, 3),
        (HOURS[1], None, 2),
        (HOURS[1] + timedelta(minutes=30), None, 2),
        (HOURS[1] + timedelta(minutes=31), None, 1),
        (None, HOURS[1], 1),
        (None, HOURS[1] + timedelta(microseconds=1), 2),
        (HOURS[1], HOURS[2], 1),
        (HOURS[2] + timedelta(hours=1), None, 0),
    ],
)
def test_only_the_wanted_hours_are_corrected(
    engine: Engine, start: datetime | None, end: datetime | None, corrected: int
) -> None:
    write_alone(engine, *(call(at) for at in HOURS))

    assert rebuild(engine, start, end) == corrected
    assert len(costs(engine)) == corrected


def test_an_hour_with_deleted_calls_is_left_as_it_is(engine: Engine) -> None:
    gone, here = call(), call()
    DatabaseSink(engine).write([gone, here], {})
    with engine.begin() as connection:
        connection.execute(delete(calls).where(calls.c.id == gone.id))
        assert correct(connection, HOUR) is False

    assert costs(engine) == [(2, 14)]


def test_whether_an_hour_was_wrong_is_returned(engine: Engine) -> None:
    write_alone(engine, call())
    with engine.begin() as connection:
        assert correct(connection, HOUR) is True
        assert correct(connection, HOUR) is False
