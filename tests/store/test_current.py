"""Every reader of the ledger has each call at its current price: the newest revision, else the price as recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from farebox.store.current import REVISED, at_current_prices, at_prices_of
from farebox.store.engine import writer
from farebox.store.reprices import held, history, revise
from farebox.store.schema import call_prices, calls
from farebox.store.summary import DIMENSIONS, Scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Engine, delete, select

from tests.support.effort import in_turn
from tests.support.ledgers import doubts, summarise
from tests.support.samples import AT, record

LATER = datetime(2026, 11, 20, tzinfo=UTC)
COSTS = st.none() | st.integers(0, 10**15)


@pytest.fixture
def engine(module_engine: Engine) -> Engine:
    """One ledger for all: `fill` empties it."""
    return module_engine


def fill(engine: Engine, rows: list[Record], *revisions: list[Record]) -> None:
    with writer(engine).begin() as connection:
        connection.execute(delete(calls))
        connection.execute(delete(call_prices))
    DatabaseSink(engine).write(rows, {})
    for one in revisions:
        with writer(engine).begin() as connection:
            now = {row.id: row for row in held(connection, sorted(one, key=lambda row: row.started_at))}
            revise(connection, [(now[row.id], row) for row in one], LATER)


def at(row: Record, nanousd: int | None, **values: Any) -> Record:
    """Return `row` at another price."""
    status = "unpriced" if nanousd is None else "priced"
    return replace(row, **{"cost_nanousd": nanousd, "catalogue_cost_nanousd": nanousd, "cost_status": status} | values)


def test_the_newest_revision_is_the_price_even_if_it_is_unknown(engine: Engine) -> None:
    first, second, third = (record(cost_nanousd=cost, started_at=AT + timedelta(seconds=cost)) for cost in (1, 2, 3))
    fill(
        engine,
        [first, second, third],
        [at(first, 10), at(second, 20)],
        [at(second, None, cost_reasons=["unknown_model"], rate_card=None)],
    )

    rows = list(queries.all_calls(engine))

    assert [row["cost_nanousd"] for row in rows] == [10, None, 3]
    assert [row["cost_reasons"] for row in rows] == [None, ["unknown_model"], None]
    assert [doubt.reasons for doubt in doubts(engine, Scope())] == [("unknown_model",)]
    for read in (
        queries.last_calls(engine, 9),
        queries.calls_since(engine, AT),
        queries.calls_by_id(engine, [row.id for row in (first, second, third)]),
    ):
        assert [row["cost_nanousd"] for row in read] == [10, None, 3]
    assert queries.calls_named(engine, second.id, limit=2)[0]["cost_status"] == "unpriced"


def test_the_recorded_price_is_never_overwritten(engine: Engine) -> None:
    row = record(cost_nanousd=7, rate_card={"model": "m"}, price_source="genai-prices", price_version="1")
    fill(engine, [row], [at(row, 70, price_version="2", rate_card={"model": "n"})], [at(row, 700)])

    with engine.connect() as connection:
        kept = dict(connection.execute(select(calls)).mappings().one())

    assert (kept["cost_nanousd"], kept["rate_card"], kept["price_version"]) == (7, {"model": "m"}, "1")
    assert [(one["revision"], one["cost_nanousd"]) for one in history(engine, kept)] == [(0, 7), (1, 70), (2, 700)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), costs=st.lists(COSTS, min_size=1, max_size=12), turn=st.integers(0, 2))
def test_sums_equal_the_sum_of_rows_at_current_prices(
    engine: Engine, data: st.DataObject, costs: list[int | None], turn: int
) -> None:
    rows = [
        record(cost_nanousd=cost, cost_status="unpriced" if cost is None else "priced", user_id=f"u{number % 3}")
        for number, cost in enumerate(costs)
    ]
    current, revisions = dict(enumerate(rows)), []
    for _ in range(data.draw(st.integers(0, 3))):
        places = data.draw(st.sets(st.sampled_from(range(len(rows)))))
        current |= {place: at(rows[place], data.draw(COSTS)) for place in places}
        revisions.append([current[place] for place in sorted(places)])
    fill(engine, rows, *revisions)
    known = [row.cost_nanousd for row in current.values() if row.cost_nanousd is not None]

    for name in in_turn(DIMENSIONS, turn):
        groups = summarise(engine, Scope(), (name,))
        known_costs = [group.sums.cost_nanousd for group in groups if group.sums.cost_nanousd is not None]
        assert sum(known_costs) == sum(known)
        assert sum(group.sums.unpriced for group in groups) == len(rows) - len(known)
        assert sum(group.sums.calls for group in groups) == len(rows)


def test_a_query_is_left_as_it_is_if_nothing_was_repriced(engine: Engine) -> None:
    fill(engine, [record()])
    query = select(calls)

    with engine.connect() as connection:
        assert at_current_prices(connection, query) is query


def test_every_column_of_a_price_is_revised() -> None:
    of_money = {"cost_nanousd", "cost_status", "cost_reasons", "catalogue_cost_nanousd"}
    of_money |= {"billing", "billing_source", "plan"}
    assert {*of_money, "price_source", "price_version", "rate_card", "estimate"} == set(REVISED)


def test_a_price_as_of_a_moment_is_the_last_one_before_it(engine: Engine) -> None:
    row = record(cost_nanousd=1)
    fill(engine, [row], [at(row, 10)])

    with engine.connect() as connection:
        before, then = (
            connection.scalar(at_prices_of(connection, select(calls.c.cost_nanousd), moment))
            for moment in (LATER, LATER + timedelta(seconds=1))
        )

    assert (before, then) == (1, 10)
