"""New and changed calls are counted in both hourly tables, in one transaction."""

from typing import Any

from farebox.store.engine import writer
from farebox.store.rollups import counting
from farebox.store.rollups.tables import BY_CALLER, BY_MODEL
from farebox.store.schema import hourly
from msgspec.structs import replace
from sqlalchemy import Engine, select

from tests.support.samples import record


def rows(engine: Engine, table: str, *names: str) -> list[tuple[Any, ...]]:
    own = hourly[table]
    with engine.connect() as connection:
        found = connection.execute(select(*(own.c[name] for name in names)).order_by(own.c.calls, own.c.cost_nanousd))
        return [tuple(row) for row in found]


def test_new_calls_are_counted_by_model_and_by_caller(engine: Engine) -> None:
    calls = [record(user_id=user, cost_nanousd=cost) for user, cost in (("ann", 1), ("ann", 2), ("bob", 4))]

    with writer(engine).begin() as connection:
        counting.count(connection, calls)

    assert rows(engine, BY_MODEL.table, "calls", "cost_nanousd") == [(3, 7)]
    assert rows(engine, BY_CALLER.table, "user_id", "calls", "cost_nanousd") == [("bob", 1, 4), ("ann", 2, 3)]


def test_a_changed_call_moves(engine: Engine) -> None:
    one, other = record(cost_nanousd=1), record(cost_nanousd=2)
    with writer(engine).begin() as connection:
        counting.count(connection, [one, other])

    with writer(engine).begin() as connection:
        counting.count(connection, [], [(one, replace(one, cost_nanousd=10, cost_status="estimated"))])

    expected = [("priced", 1, 2), ("estimated", 1, 10)]
    for table in (BY_MODEL, BY_CALLER):
        assert rows(engine, table.table, "cost_status", "calls", "cost_nanousd") == expected


def test_a_call_can_be_new_and_changed_at_once(engine: Engine) -> None:
    one = record(cost_nanousd=1)
    with writer(engine).begin() as connection:
        counting.count(connection, [one], [(one, replace(one, cost_nanousd=5))])

    assert rows(engine, BY_MODEL.table, "calls", "cost_nanousd") == [(1, 5)]


def test_a_transaction_that_is_rolled_back_counts_nothing(engine: Engine) -> None:
    with writer(engine).connect() as connection, connection.begin() as transaction:
        counting.count(connection, [record()])
        transaction.rollback()

    assert rows(engine, BY_MODEL.table, "calls") == []


def test_nothing_changes_nothing(engine: Engine) -> None:
    with writer(engine).begin() as connection:
        counting.count(connection, [], [])

    assert rows(engine, BY_MODEL.table, "calls") == []
