"""Revisions of prices: calls are read page by page, and each revision is stored beside the recorded price."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from farebox.store.engine import writer
from farebox.store.reprices import PAGE, Selection, following, held, history, page, revise
from farebox.store.rollups.tables import BY_MODEL
from farebox.store.schema import call_prices, calls, hourly
from farebox.store.summary import Scope
from msgspec.structs import replace
from sqlalchemy import Engine, delete, select

from tests.support.ledgers import new_postgres_ledger
from tests.support.postgres import Postgres
from tests.support.samples import AT, record

LATER = datetime(2026, 11, 20, tzinfo=UTC)
ALL = Selection(Scope())


def call(minute: int = 0, **values: Any) -> Record:
    return record(**{"started_at": AT + timedelta(minutes=minute), "cost_nanousd": 1} | values)


def write(engine: Engine, *rows: Record) -> None:
    DatabaseSink(engine).write(rows, {})


def pages(engine: Engine, wanted: Selection = ALL) -> list[list[str]]:
    found: list[list[str]] = []
    last: Record | None = None
    with engine.connect() as connection:
        while rows := page(connection, wanted, last):
            last = rows[-1]
            found.append([row.id for row in rows])
    return found


def price(engine: Engine, row: Record, nanousd: int, at: datetime = LATER) -> None:
    with writer(engine).begin() as connection:
        revise(connection, [(now, replace(now, cost_nanousd=nanousd)) for now in held(connection, [row])], at)


def test_every_call_is_on_one_page_in_the_order_of_time(engine: Engine) -> None:
    rows = [call(number // 7) for number in range(PAGE + 3)]
    write(engine, *reversed(rows))

    assert pages(engine) == [[row.id for row in rows[:PAGE]], [row.id for row in rows[PAGE:]]]


def test_calls_of_the_same_moment_are_in_the_order_of_their_ids(engine: Engine) -> None:
    rows = [call() for _ in range(4)]
    write(engine, *reversed(rows))

    with engine.connect() as connection:
        found = connection.scalars(following(select(calls.c.id), rows[1])).all()
    assert found == [rows[2].id, rows[3].id]


def test_only_wanted_calls_are_on_a_page(engine: Engine) -> None:
    rows = [call(cost_status=status) for status in ("priced", "unpriced", "partial")]
    write(engine, *rows, call(60, cost_status="unpriced"))

    wanted = Selection(Scope(end=AT + timedelta(hours=1)), ("unpriced", "partial"))

    assert pages(engine, wanted) == [[rows[1].id, rows[2].id]]


def test_the_status_of_the_current_price_counts(engine: Engine) -> None:
    one = call(cost_status="unpriced", cost_nanousd=None)
    write(engine, one)
    with writer(engine).begin() as connection:
        revise(connection, [(one, replace(one, cost_nanousd=5, cost_status="priced"))], LATER)

    assert pages(engine, Selection(Scope(), ("unpriced",))) == []
    with engine.connect() as connection:
        assert [row.cost_nanousd for row in page(connection, Selection(Scope(), ("priced",)), None)] == [5]


def test_calls_are_held_as_they_are_now(engine: Engine) -> None:
    rows = [call(), call(1), call(2)]
    write(engine, *rows)
    price(engine, rows[0], 9)
    with engine.begin() as connection:
        connection.execute(delete(calls).where(calls.c.id == rows[1].id))

    with writer(engine).begin() as connection:
        found = held(connection, rows)
        assert held(connection, []) == []

    assert [(row.id, row.cost_nanousd) for row in found] == [(rows[0].id, 9), (rows[2].id, 1)]


def test_no_other_recorder_completes_a_locked_call(postgres: Postgres) -> None:
    one = call()
    with new_postgres_ledger(postgres) as engine:
        write(engine, one)
        with writer(engine).begin() as connection:
            held(connection, [one])
            with engine.begin() as other:
                free = select(calls.c.id).with_for_update(skip_locked=True)
                assert other.execute(free).all() == []
        with engine.begin() as other:
            assert len(other.execute(free).all()) == 1


def test_revisions_are_numbered_and_the_recorded_price_stays(engine: Engine) -> None:
    one, other = call(), call()
    write(engine, one, other)

    price(engine, one, 5)
    price(engine, other, 6)
    price(engine, one, 7, LATER + timedelta(days=1))

    with engine.connect() as connection:
        revisions = select(call_prices.c.call_id, call_prices.c.revision, call_prices.c.cost_nanousd)
        found = {tuple(row) for row in connection.execute(revisions)}
        assert set(connection.scalars(select(calls.c.cost_nanousd))) == {1}
        assert connection.scalar(select(hourly[BY_MODEL.table].c.cost_nanousd)) == 7 + 6
    assert found == {(one.id, 1, 5), (one.id, 2, 7), (other.id, 1, 6)}
    assert sorted(row["cost_nanousd"] for row in queries.all_calls(engine)) == [6, 7]


def test_no_change_is_no_revision(engine: Engine) -> None:
    with writer(engine).begin() as connection:
        revise(connection, [], LATER)
        assert connection.execute(select(call_prices)).all() == []


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_history_begins_with_the_recorded_price(engine: Engine, number: int) -> None:
    one, other = call(), call()
    write(engine, one, other)
    price(engine, other, 99)
    for revision in range(1, number + 1):
        price(engine, one, 10 * revision)

    found = history(engine, {"id": one.id, "started_at": one.started_at})

    assert [(row["revision"], row["cost_nanousd"]) for row in found] == [(0, 1), (1, 10), (2, 20)][: number + 1]
    assert [row["priced_at"] is None for row in found] == [True, *[False] * number]
