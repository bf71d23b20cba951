"""Positions in spools, and results that wait for a row."""

from farebox.sinks.batch import Links
from farebox.sinks.clickhouse import ClickHouseSink
from farebox.spool.reader import Position
from farebox.store import queries
from farebox.store.polls import Poll
from sqlalchemy import Engine

from tests.support.samples import record


def test_the_furthest_position_counts_until_the_spool_ends(clickhouse_ledger: Engine) -> None:
    sink = ClickHouseSink(clickhouse_ledger, sidecar="here")
    for position in (Position(1, 900), Position(2, 3), Position(1, 950)):
        sink.write([], {"one": position, "two": Position(1, 1)})
    assert queries.positions(clickhouse_ledger) == {"one": Position(2, 3), "two": Position(1, 1)}
    sink.write([], {}, ended=["one"])
    assert queries.positions(clickhouse_ledger) == {"two": Position(1, 1)}


def test_a_result_waits_until_its_row_is_there(clickhouse_ledger: Engine) -> None:
    sink = ClickHouseSink(clickhouse_ledger, sidecar="here")
    poll = Poll("api.openai.com", "openai_chat", "r", 1, b"\x00\xff{}")
    sink.write([], {}, links=Links(waiting=[poll]))
    assert (sink.find_unmet(), list(sink.find_met().waiting)) == ([b"\x00\xff{}"], [])
    row = record(response_id="r", dialect="openai_chat")
    sink.write([row], {})
    assert (sink.find_unmet(), sink.find_met().waiting) == ([], [b"\x00\xff{}"])
    sink.write([], {}, links=Links(resolved=[poll.key]))
    assert not sink.find_met().waiting
