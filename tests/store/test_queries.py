"""Queries of the ledger."""

from datetime import timedelta

from farebox.records.times import in_utc
from farebox.sinks.database import DatabaseSink
from farebox.spool.reader import Position
from farebox.store import queries
from sqlalchemy import Engine

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


def test_a_call_is_found_by_its_id_its_ends_or_its_provider_s_id(engine: Engine) -> None:
    first = record(id="0190aaaa-0000-7000-8000-00000000abcd", provider_request_id="req-1")
    # A provider's id can have the form of ours.
    second = record(id="0190aaaa-0000-7000-8000-00000000abce", response_id="0190aaaa-0000-7000-8000-0000000000ff")
    DatabaseSink(engine).write([first, second], {})

    def found(name: str, limit: int = 5) -> list[str]:
        return sorted(row["id"] for row in queries.calls_named(engine, name, limit=limit))

    assert found(first.id) == found(first.id.upper()) == found("req-1") == found("abcd") == found("ABCD") == [first.id]
    assert found(second.response_id or "") == [second.id]
    assert found("0190") == [first.id, second.id]
    assert len(found("0190", limit=1)) == 1
    assert found("019") == found("%bcd") == found(first.id[:-1] + "0") == found(first.id + "0") == []
