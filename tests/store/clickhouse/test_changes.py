"""Calls that are completed or repriced after they were stored."""

import msgspec
from farebox.records.record import Completion
from farebox.sinks.batch import Links
from farebox.sinks.clickhouse import ClickHouseSink
from farebox.store import queries
from farebox.store.budget_sums import HOUR
from farebox.store.reprices import history, revise
from farebox.store.summary import Scope
from farebox.store.totals import totals
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
