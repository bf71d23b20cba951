"""Sums for budgets are those of the calls, by any column, of any spans."""

from datetime import UTC, datetime, timedelta

import pytest
from farebox.budgets.scopes import COLUMNS
from farebox.budgets.use import Use
from farebox.config.budgets import SCOPES
from farebox.records.record import Record
from farebox.store.budget_sums import by_hour, repriced, sums
from sqlalchemy import Engine

from tests.support.budgets import USD, price, spend, write

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAMES = {"user_id": "u", "team": "t", "project": "p", "key_fingerprint": "k", "client_app": "c", "purpose": "x"}


def call(minutes: int, usd: float, **values: str) -> Record:
    return spend(NOON + timedelta(minutes=minutes), usd, model_returned="m", **NAMES | values)


@pytest.mark.parametrize("scope", SCOPES)
def test_hours_and_edges_add_up_by_the_column_of_each_scope(engine: Engine, scope: str) -> None:
    write(engine, call(-1, 1), call(0, 2), call(59, 4), call(60, 8), call(90, 16), call(91, 32))
    column = COLUMNS[scope]

    with engine.connect() as connection:
        found = sums(
            connection,
            column,
            [("a", NOON, NOON + HOUR), ("b", NOON - HOUR, NOON)],
            [("a", NOON + HOUR, NOON + timedelta(minutes=91))],
        )

    assert {label: use for (label, _), use in found.items()} == {
        "a": Use(calls=4, nanousd=30 * USD, tokens=20),
        "b": Use(calls=1, nanousd=USD, tokens=5),
    }
    names = {None: None, "provider": "openai", "model": "m"} | NAMES
    assert {value for _, value in found} == {names[column]}


def test_hours_have_the_use_of_matching_names(engine: Engine) -> None:
    write(engine, call(0, 1), call(1, 2, user_id="UX"), call(2, 4, user_id="v"), call(60, 8), call(120, 16))

    with engine.connect() as connection:
        found = by_hour(connection, "user_id", ["u*"], NOON, NOON + 2 * HOUR)
        every = by_hour(connection, None, [], NOON, NOON + HOUR)

    assert {hour: use.nanousd // USD for hour, use in found.items()} == {NOON: 3, NOON + HOUR: 8}
    assert every[NOON].nanousd == 7 * USD


def test_calls_repriced_after_a_span_are_told_as_then_and_as_now(engine: Engine) -> None:
    rows = [call(0, 1), call(1, 2), call(2, 4), call(70, 8)]
    write(engine, *rows)
    ends = NOON + HOUR
    price(engine, rows[0], 10, ends - datetime.resolution)
    price(engine, rows[1], 20, ends - datetime.resolution)
    price(engine, rows[1], 30, ends)
    price(engine, rows[3], 80, ends)

    with engine.connect() as connection:
        before, after = repriced(connection, None, ("a", NOON, ends))
        nothing = repriced(connection, None, ("a", NOON - HOUR, NOON))

    assert [use.nanousd // USD for use in (before["a", None], after["a", None])] == [20, 30]
    assert nothing == ({}, {})


def test_an_hour_with_deleted_calls_counts_whole_even_if_an_edge_asks_for_a_part(engine: Engine) -> None:
    write(engine, call(10, 1), call(50, 2))
    half = ("a", NOON + HOUR / 2, NOON + HOUR)
    with engine.begin() as connection:
        assert sums(connection, None, [], [half])["a", None].nanousd == 2 * USD
        connection.exec_driver_sql("DELETE FROM calls WHERE cost_nanousd = 1000000000")

    with engine.connect() as connection:
        assert sums(connection, None, [], [half])["a", None].nanousd == 3 * USD
