"""What is read from and written to the ledger."""

from datetime import timedelta

from farebox.sinks.database import DatabaseSink
from farebox.spool.reader import Position
from farebox.store import queries
from sqlalchemy import Engine

from tests.support.ledgers import in_utc
from tests.support.samples import AT, record


def test_rows_come_in_the_order_of_their_start(engine: Engine) -> None:
    starts = [AT + timedelta(seconds=seconds) for seconds in (5, 1, 3)]

    DatabaseSink(engine).write([record(started_at=start) for start in starts], {})

    assert [in_utc(one["started_at"]) for one in queries.all_calls(engine)] == sorted(starts)


def test_a_position_is_stored_moved_and_forgotten(engine: Engine) -> None:
    found = []
    for positions in ({"a": Position(1, 8), "b": Position(2, 2**40)}, {"a": Position(3, 9)}):
        with engine.begin() as connection:
            queries.store_positions(connection, positions, sidecar="here")
        found.append(queries.positions(engine))
    with engine.begin() as connection:
        queries.forget_positions(connection, ["b", "never there"])

    assert found == [
        {"a": Position(1, 8), "b": Position(2, 2**40)},
        {"a": Position(3, 9), "b": Position(2, 2**40)},
    ]
    assert queries.positions(engine) == {"a": Position(3, 9)}
