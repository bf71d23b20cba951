"""Drift compares the costs that providers report with those of the catalogues."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store.drift import Drift, drift
from farebox.store.engine import writer
from farebox.store.reprices import held, revise
from farebox.store.summary import Scope
from msgspec.structs import replace
from sqlalchemy import Engine

from tests.support.samples import AT, record

EVERY = Scope()


def call(reported: int | None = 100, catalogue: int | None = 90, **values: Any) -> Record:
    given = {"cost_status": "reported", "provider": "acme", "model_returned": "m"}
    return record(**given | {"cost_nanousd": reported, "catalogue_cost_nanousd": catalogue} | values)


def found(engine: Engine, *rows: Record, scope: Scope = EVERY) -> list[Drift]:
    DatabaseSink(engine).write(rows, {})
    return drift(engine, scope)


def test_the_calls_of_a_model_are_summed_up(engine: Engine) -> None:
    assert found(engine, call(100, 90), call(50, 70)) == [Drift("acme", "m", 2, 150, 160, 0)]


def test_a_difference_is_what_the_catalogues_charge_more() -> None:
    assert Drift("acme", "m", 1, 100, 90, 0).difference == -10
    assert Drift("acme", "m", 1, 90, 100, 0).difference == 10


def test_calls_that_no_catalogue_prices_are_counted_apart(engine: Engine) -> None:
    assert found(engine, call(), call(70, None)) == [Drift("acme", "m", 1, 100, 90, 1)]
    assert found(engine, call(70, None, model_returned="n"))[-1] == Drift("acme", "n", 0, 0, 0, 1)


@pytest.mark.parametrize("status", ["priced", "estimated", "partial", "free", "unpriced", "none"])
def test_only_reported_costs_count(engine: Engine, status: str) -> None:
    assert found(engine, call(cost_status=status)) == []


def test_the_largest_difference_comes_first_whatever_its_sign(engine: Engine) -> None:
    rows = [call(100, 101, model_returned="a"), call(100, 50, model_returned="b"), call(100, 120, model_returned="c")]
    assert [one.model for one in found(engine, *rows)] == ["b", "c", "a"]


def test_equal_differences_are_in_the_order_of_calls_then_names(engine: Engine) -> None:
    rows = [call(model_returned=None), call(model_returned="b"), call(model_returned="a"), call(provider="aaa")]
    rows += [call(10, 5, model_returned="many"), call(10, 5, model_returned="many")]
    names = [(one.provider, one.model) for one in found(engine, *rows)]
    assert names == [("acme", "many"), ("aaa", "m"), ("acme", None), ("acme", "a"), ("acme", "b")]


def test_the_requested_model_counts_if_no_response_names_one(engine: Engine) -> None:
    assert [one.model for one in found(engine, call(model_returned=None, model_requested="asked"))] == ["asked"]


def test_only_the_calls_in_scope_count(engine: Engine) -> None:
    later: datetime = AT + timedelta(hours=1)
    assert found(engine, call(), call(1, 1, started_at=later), scope=Scope(start=later))[0].reported == 1


def test_the_current_price_of_the_catalogue_counts(engine: Engine) -> None:
    one = call()
    DatabaseSink(engine).write([one], {})
    with writer(engine).begin() as connection:
        rows = held(connection, [one])
        revise(connection, [(row, replace(row, catalogue_cost_nanousd=95)) for row in rows], AT)

    assert drift(engine, Scope()) == [Drift("acme", "m", 1, 100, 95, 0)]
