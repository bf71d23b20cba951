"""The recorder's sink for a ledger on ClickHouse."""

from farebox.records.record import Record
from farebox.sinks.clickhouse import ClickHouseSink
from farebox.spool.reader import Position
from farebox.store import queries
from sqlalchemy import Engine

from tests.support.samples import record


def test_what_is_refused_is_kept_before_the_position_is_stored(clickhouse_ledger: Engine) -> None:
    sound, large = record(), record(input_tokens=2**63)
    positions: list[dict[str, Position]] = []

    def keep(refused: Record) -> None:
        assert refused == large
        positions.append(queries.positions(clickhouse_ledger))

    written = ClickHouseSink(clickhouse_ledger).write([sound, large], {"s": Position(1, 2)}, keep_refused=keep)
    assert (written.new, written.refused) == ([sound], [large])
    assert positions == [{}]
    assert queries.positions(clickhouse_ledger) == {"s": Position(1, 2)}
