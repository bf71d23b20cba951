"""Polls that wait: one of each response, and no more than the limit."""

from collections.abc import Iterator

import pytest
from farebox.store import polls
from farebox.store.polls import WAITING_LIMIT, Poll
from sqlalchemy import Connection, Engine, text


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


def poll(number: int, at: int, message: bytes = b"1") -> Poll:
    return Poll("api.openai.com", "openai_responses", f"resp_{number}", at, message)


def test_a_poll_waits_until_it_is_dropped(connection: Connection) -> None:
    polls.keep(connection, [poll(1, 10)])
    assert polls.waiting(connection, ["resp_1", "resp_2"]) == [b"1"]

    polls.drop(connection, [poll(1, 10).key])
    assert polls.waiting(connection, ["resp_1"]) == []


def test_the_first_poll_of_a_response_is_kept(connection: Connection) -> None:
    polls.keep(connection, [poll(1, 10, b"first"), poll(1, 20, b"second")])

    assert polls.waiting(connection, ["resp_1"]) == [b"first"]


def test_the_latest_polls_are_kept(connection: Connection) -> None:
    polls.keep(connection, [poll(number, number) for number in range(WAITING_LIMIT + 5)])

    oldest = connection.execute(text("SELECT count(*), min(started_at) FROM pending_polls")).one()
    assert tuple(oldest) == (WAITING_LIMIT, 5)


def test_a_poll_without_a_row_is_unmet(connection: Connection) -> None:
    polls.keep(connection, [poll(1, 10, b"waits")])

    assert polls.unmet(connection) == [b"waits"]
    assert polls.met(connection) == set()
