"""Batches that are sent again, and rows that ClickHouse refuses."""

import pytest
from farebox.errors import LedgerAwayError
from farebox.store import queries
from farebox.store.clickhouse.engine import connected
from farebox.store.clickhouse.writer import Writer
from farebox.store.summary import Scope
from sqlalchemy import Engine

from tests.support.samples import record


def test_a_batch_that_comes_again_in_other_parts_counts_once(clickhouse_ledger: Engine) -> None:
    records = [record() for _ in range(10)]
    Writer(clickhouse_ledger, sidecar="here").calls(records[:6])
    # A recorder that was killed before it stored the position; the next one reads other batches.
    again = Writer(clickhouse_ledger, sidecar="here")
    for some in (records[:4], records[4:10], records):
        assert again.calls(some) == []
    assert queries.number_of_calls(clickhouse_ledger, Scope()) == 10


def test_a_row_that_does_not_fit_stops_no_other(clickhouse_ledger: Engine) -> None:
    sound, large = record(), record(input_tokens=2**63)
    assert Writer(clickhouse_ledger, sidecar="here").calls([large, sound]) == [large]
    assert queries.number_of_calls(clickhouse_ledger, Scope()) == 1


def test_a_table_that_takes_no_row_is_no_reason_to_lose_calls(clickhouse_ledger: Engine) -> None:
    with connected(clickhouse_ledger) as connection:
        connection.ask("DROP TABLE calls")
        connection.ask("CREATE TABLE calls (id UUID, started_at Int64, provider Int8) ENGINE = Memory")
    with pytest.raises(LedgerAwayError):
        Writer(clickhouse_ledger, sidecar="here").calls([record(), record()])
