"""What a sink finds of work that spans calls."""

import pytest
from farebox.records.record import Record
from farebox.sinks.batch import Found, Links
from farebox.sinks.database import DatabaseSink
from farebox.store.polls import Poll
from sqlalchemy import Engine

from tests.support.samples import record


def poll(response_id: str) -> Poll:
    return Poll("h", "openai_responses", response_id, 1, response_id.encode())


@pytest.fixture
def row() -> Record:
    return record(host="h", dialect="openai_responses", response_id="met")


def test_rows_and_polls_are_found_by_their_response_id(engine: Engine, row: Record) -> None:
    sink = DatabaseSink(engine)
    sink.write([row, record(response_id="other")], {}, links=Links(waiting=[poll("met"), poll("unmet")]))

    assert [one.id for one in sink.rows_of({"met"})] == [row.id]
    assert [one.id for one in sink.find({"met"}).rows] == [row.id]
    assert sorted(sink.find({"met", "unmet"}).waiting) == [b"met", b"unmet"]
    assert sink.find(()) == Found()


def test_a_poll_waits_for_a_row_or_has_one(engine: Engine, row: Record) -> None:
    sink = DatabaseSink(engine)
    sink.write([], {}, links=Links(waiting=[poll("met"), poll("unmet")]))
    before = list(sink.find_unmet())
    sink.write([row], {})

    met = sink.find_met()
    assert ([one.id for one in met.rows], list(met.waiting)) == ([row.id], [b"met"])
    assert (sorted(before), list(sink.find_unmet())) == ([b"met", b"unmet"], [b"unmet"])
