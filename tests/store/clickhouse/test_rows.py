"""Rows on their way to ClickHouse and back."""

from datetime import timedelta

from farebox.store import queries
from farebox.store.clickhouse import rows
from farebox.store.clickhouse.engine import connected
from farebox.store.rows import record_of
from sqlalchemy import Engine

from tests.support.samples import AT, record


def test_every_kind_of_value_comes_back_as_it_was(clickhouse_ledger: Engine) -> None:
    one = record(
        started_at=AT + timedelta(microseconds=1),
        model_requested="it's \\ a\ttab\nand \0 \u2028 😀",
        streamed=False,
        status=200,
        cost_nanousd=2**63 - 1,
        tags={"a": "\\t'"},
        cost_reasons=["x"],
        input_tokens=0,
    )
    with connected(clickhouse_ledger) as connection:
        rows.insert(connection, "calls", [rows.row_of(one, connection.version)], "t")
        assert rows.known_ids(connection, [one, record()]) == {one.id}
        assert not rows.running(connection, "farebox:")
    assert [record_of(row) for row in queries.all_calls(clickhouse_ledger)] == [one]


def test_a_number_that_no_column_holds_does_not_fit() -> None:
    assert rows.fits(record(input_tokens=2**63 - 1))
    assert not rows.fits(record(input_tokens=2**63))
    assert not rows.fits(record(status=2**31))
