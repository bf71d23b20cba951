"""Looks that wait: one of each response, and no more than some."""

from collections.abc import Iterator

import pytest
from farebox.store import polls
from farebox.store.polls import WAITING_LIMIT, Poll
from sqlalchemy import Connection, Engine, text


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


def look(number: int, at: int, message: bytes = b"1") -> Poll:
    return Poll("api.openai.com", "openai_responses", f"resp_{number}", at, message)


def test_a_look_waits_until_it_is_dropped(connection: Connection) -> None:
    polls.keep(connection, [look(1, 10)])
    assert polls.waiting(connection, ["resp_1", "resp_2"]) == [b"1"]

    polls.drop(connection, [look(1, 10).key])
    assert polls.waiting(connection, ["resp_1"]) == []


def test_the_first_look_at_a_response_goes_before(connection: Connection) -> None:
    polls.keep(connection, [look(1, 10, b"first"), look(1, 20, b"second")])

    assert polls.waiting(connection, ["resp_1"]) == [b"first"]


def test_the_latest_looks_stay(connection: Connection) -> None:
    polls.keep(connection, [look(number, number) for number in range(WAITING_LIMIT + 5)])

    oldest = connection.execute(text("SELECT count(*), min(started_at) FROM pending_polls")).one()
    assert tuple(oldest) == (WAITING_LIMIT, 5)
