"""Hourly sums lose their callers and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from farebox.records.record import Record
from farebox.records.times import in_utc
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import writer
from farebox.store.rollups import callers, upsert
from farebox.store.rollups.callers import CALLER, merged
from farebox.store.rollups.tables import BY_CALLER
from farebox.store.schema import hourly
from sqlalchemy import Engine, select, true

from tests.support.samples import AT, record

SUMS = hourly[BY_CALLER.table]
HOUR = datetime(2026, 11, 1, 12, tzinfo=UTC)


def call(**values: Any) -> Record:
    given = {"input_tokens": 10, "cost_nanousd": 7, "duration_ms": 15}
    return record(**given | {"user_id": "ann", "team": "red", "key_fingerprint": "f1"} | values)


def clear(engine: Engine, *names: str, limit: int = 100) -> int:
    with writer(engine).begin() as connection:
        upsert.hold(connection)
        rows = callers.find(connection, true(), limit)
        callers.clear(connection, rows, names)
        return len(rows)


def sums(engine: Engine, *names: str) -> list[tuple[Any, ...]]:
    query = select(SUMS.c.hour, *(SUMS.c[name] for name in names)).order_by(SUMS.c.hour, SUMS.c.calls)
    with engine.connect() as connection:
        return [(in_utc(hour), *rest) for hour, *rest in connection.execute(query)]


def test_the_caller_columns_are_those_that_only_one_table_has() -> None:
    assert CALLER == ("user_id", "team", "project", "key_fingerprint")


def test_rows_that_are_alike_without_their_callers_become_one(engine: Engine) -> None:
    DatabaseSink(engine).write([call(), call(user_id="bob"), call(user_id=None, team=None, key_fingerprint=None)], {})

    assert clear(engine, *CALLER) == 3

    found = sums(engine, *CALLER, "calls", "input_tokens", "input_tokens_known", "cost_nanousd", "duration_ms_to_20")
    assert found == [(HOUR, None, None, None, None, 3, 30, 3, 21, 3)]


def test_other_columns_keep_rows_apart(engine: Engine) -> None:
    later = AT + timedelta(hours=1)
    DatabaseSink(engine).write([call(), call(user_id="bob", model_returned="m"), call(started_at=later)], {})

    clear(engine, *CALLER)

    assert sums(engine, "model", "calls") == [
        *[(HOUR, None, 1), (HOUR, "m", 1)],
        (HOUR + timedelta(hours=1), None, 1),
    ] or sums(engine, "model", "calls") == [
        *[(HOUR, "m", 1), (HOUR, None, 1)],
        (HOUR + timedelta(hours=1), None, 1),
    ]


def test_only_the_named_columns_are_cleared(engine: Engine) -> None:
    DatabaseSink(engine).write([call(), call(user_id="bob")], {})

    clear(engine, "user_id")

    assert sums(engine, *CALLER, "calls") == [(HOUR, None, "red", None, "f1", 2)]


def test_unknown_stays_unknown_and_zero_stays_zero(engine: Engine) -> None:
    DatabaseSink(engine).write([call(input_tokens=None, cost_nanousd=0, duration_ms=None)], {})

    clear(engine, *CALLER)

    found = sums(
        engine, "input_tokens", "input_tokens_known", "cost_nanousd", "cost_nanousd_known", "duration_ms_to_20"
    )
    assert found == [(HOUR, None, 0, 0, 1, None)]


def test_no_more_rows_than_the_limit_are_read_the_oldest_first(engine: Engine) -> None:
    times = [AT + timedelta(hours=number) for number in (2, 0, 1)]
    DatabaseSink(engine).write([call(started_at=at) for at in times], {})

    assert clear(engine, *CALLER, limit=2) == 2

    assert [user for _, user in sums(engine, "user_id")] == [None, None, "ann"]


def test_a_row_that_takes_away_and_one_that_adds_leave_nothing(engine: Engine) -> None:
    """A call that is repriced after its hour was cleared leaves such rows."""
    DatabaseSink(engine).write([call(user_id=None)], {})
    place = (HOUR, tuple("ann" if name == "user_id" else _value(name) for name in BY_CALLER.dimensions))
    negative = [-number for number in _numbers(engine)]
    with writer(engine).begin() as connection:
        upsert.add(connection, BY_CALLER, upsert.rows({place: negative}))
    assert [user for _, user in sums(engine, "user_id")] == ["ann", None]

    clear(engine, "user_id")

    assert sums(engine) == []


def _value(name: str) -> Any:
    known = {"provider": "openai", "host": "api.openai.com", "outcome": "ok", "cost_status": "priced"}
    return (known | {"team": "red", "key_fingerprint": "f1"}).get(name)


def _numbers(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        [row] = callers.find(connection, true(), 2)
    return list(row.numbers)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), {("ann", "red"): [1, 2], ("bob", "red"): [10, 20]}),
        (("user_id",), {(None, "red"): [11, 22]}),
        (("user_id", "team"), {(None, None): [11, 22]}),
    ],
)
def test_sums_are_grouped_by_the_remaining_dimensions(names: tuple[str, ...], expected: dict[Any, list[int]]) -> None:
    users, teams = (BY_CALLER.dimensions.index(name) for name in ("user_id", "team"))

    def dimensions(user: str) -> list[str | None]:
        values: list[str | None] = [None] * len(BY_CALLER.dimensions)
        values[users], values[teams] = user, "red"
        return values

    found = merged([(HOUR, dimensions("ann"), [1, 2]), (HOUR, dimensions("bob"), [10, 20])], names)

    assert {(place[1][users], place[1][teams]): list(numbers) for place, numbers in found.items()} == expected
