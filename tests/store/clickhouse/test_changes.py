"""Calls that are completed or repriced after they were stored."""

import msgspec
from farebox.records.record import Completion
from farebox.sinks.batch import Links
from farebox.sinks.clickhouse import ClickHouseSink
from farebox.store import queries
from farebox.store.budget_sums import HOUR
from farebox.store.failures import failures
from farebox.store.machine_speed import Speed, measured_speed
from farebox.store.parameters import parameters
from farebox.store.reprices import history, revise
from farebox.store.summary import Scope
from farebox.store.totals import totals
from farebox.store.traffic import traffic
from sqlalchemy import Engine

from tests.support.ledgers import summarise
from tests.support.samples import AT, record


def test_a_completed_call_counts_once_and_as_it_became(clickhouse_ledger: Engine) -> None:
    sink = ClickHouseSink(clickhouse_ledger, sidecar="here")
    begun = record(response_id="r", usage_source="none", cost_status="unpriced", user_id="u")
    sink.write([begun, record(cost_nanousd=1)], {})
    ended = msgspec.structs.replace(
        begun, usage_source="reported", input_tokens=9, cost_nanousd=5, cost_status="priced", user_id=None
    )
    for expected in (1, 0):
        made = sink.write([], {}, links=Links([Completion(begun, ended)])).changed
        assert len(made) == expected
    assert sink.rows_of(["r"]) == [msgspec.structs.replace(ended, user_id="u")]
    sums = summarise(clickhouse_ledger, Scope(), ())[0].sums
    assert (sums.calls, sums.unpriced, sums.input_tokens, sums.cost_nanousd) == (2, 0, 9, 6)
    assert totals(clickhouse_ledger, Scope(), ("provider",), lambda *_: [], few=0).whole.cost_nanousd == 6


def test_a_later_price_stands_beside_the_recorded_one(clickhouse_ledger: Engine) -> None:
    one = record(cost_nanousd=5)
    ClickHouseSink(clickhouse_ledger).write([one], {})
    with clickhouse_ledger.connect() as connection:
        revise(connection, [(one, msgspec.structs.replace(one, cost_nanousd=7))], AT + HOUR)
    [row] = queries.all_calls(clickhouse_ledger)
    assert row["cost_nanousd"] == 7
    assert [price["cost_nanousd"] for price in history(clickhouse_ledger, row)] == [5, 7]
    for few in (0, 10):
        found = totals(clickhouse_ledger, Scope(), ("user",), lambda *_: [], few=few)
        assert (found.whole.calls, found.whole.cost_nanousd) == (1, 7)


def test_every_question_reads_a_completed_call_as_it_became(clickhouse_ledger: Engine) -> None:
    sink = ClickHouseSink(clickhouse_ledger)
    begun = record(model_requested="a", usage_source="none", cost_status="unpriced", cost_nanousd=1)
    ended = msgspec.structs.replace(
        begun, model_returned="b", usage_source="reported", output_tokens=2, duration_ms=6, cost_status="priced"
    )
    ended = msgspec.structs.replace(ended, outcome="http_error", error_code="late", cost_nanousd=5)
    sink.write([begun], {})
    with clickhouse_ledger.connect() as connection:
        revise(connection, [(begun, msgspec.structs.replace(begun, cost_nanousd=2))], AT)
    sink.write([], {}, links=Links([Completion(begun, ended)]))
    with clickhouse_ledger.connect() as connection:
        revise(connection, [(ended, msgspec.structs.replace(ended, cost_nanousd=7))], AT + HOUR)
        assert [(one.model, one.error) for one in failures(connection, Scope())] == [("b", "late")]
    assert [kind.asked.models for kind in traffic(clickhouse_ledger, None)] == [("b", "a")]
    assert [kind.unpriced for kind in traffic(clickhouse_ledger, None)] == [0]
    assert [row["model_returned"] for row in parameters(clickhouse_ledger, Scope())] == ["b"]
    assert queries.number_of_calls(clickhouse_ledger, Scope(where=(("model", ("b",)),))) == 1
    [row] = queries.all_calls(clickhouse_ledger)
    # A price of a call whose usage was unknown is none of its prices.
    assert [price["cost_nanousd"] for price in history(clickhouse_ledger, row)] == [5, 7]


def test_the_speed_of_a_machine_is_that_of_completed_calls(clickhouse_ledger: Engine) -> None:
    begun = record(provider="own", model_requested="a", usage_source="none", duration_ms=6)
    ended = msgspec.structs.replace(begun, usage_source="reported", output_tokens=2)
    ClickHouseSink(clickhouse_ledger).write([begun], {})
    ClickHouseSink(clickhouse_ledger).write([], {}, links=Links([Completion(begun, ended)]))
    with clickhouse_ledger.connect() as connection:
        assert measured_speed(connection, "own", "a") == Speed(3.0, 1)
