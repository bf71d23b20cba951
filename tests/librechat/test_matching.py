"""A booking finds its call by message, else by conversation, model and time, and a call is taken once."""

import json
from typing import Any

import pytest
from farebox.librechat.bookings import bookings
from farebox.librechat.matching import CONVERSATION, MESSAGE, TIME, Match, matched
from farebox.librechat.transactions import transactions

from tests.support import librechat_books as books

CASE = books.CASES[0]


def found(calls: list[dict[str, Any]], *booked: Any) -> list[Match]:
    lines = [json.dumps(one) for pair in booked for one in pair]
    return matched(bookings(transactions(lines, "export")), calls)


def call(index: int = 0, **values: Any) -> dict[str, Any]:
    return books.as_call(books.row(CASE, index, **values))


@pytest.mark.parametrize(
    ("values", "message_id", "basis"),
    [
        ({"message_id": "m-1", "conversation": None}, "m-1", MESSAGE),
        ({}, "m-1", CONVERSATION),
        ({"model_returned": "openai/GPT-4o-mini", "model_requested": "x"}, None, CONVERSATION),
        ({"conversation": None}, None, TIME),
        ({"conversation": None, "user_id": books.USER}, None, TIME),
        ({"conversation": None, "user_id": "other"}, None, None),
        ({"conversation": "other"}, None, None),
        ({"model_returned": "gpt-4o", "model_requested": "gpt-4o"}, None, None),
        ({"purpose": "title"}, None, None),
        ({"purpose": None}, None, CONVERSATION),
        ({"duration_ms": 600_000}, None, None),
    ],
)
def test_what_a_booking_is_matched_by(values: dict[str, Any], message_id: str | None, basis: str | None) -> None:
    matches = found([call(**values)], books.transactions(CASE, 0, message_id=message_id))

    [first] = [one for one in matches if one.booking]
    assert first.basis == basis
    assert (first.call is not None) == (basis is not None)


def test_the_nearest_call_of_a_conversation_is_taken_and_only_once() -> None:
    early, late = call(conversation="conversation-1"), call(1)

    matches = found([early, late], books.transactions(CASE, 1), books.transactions(CASE, 1))

    assert sorted(one.call["id"] for one in matches if one.call) == sorted([early["id"], late["id"]])
    assert matches[0].call == late


def test_two_calls_that_only_the_time_tells_apart_are_not_guessed() -> None:
    calls = [call(conversation=None), call(conversation=None)]

    assert [one.basis for one in found(calls, books.transactions(CASE, 0))] == [None]


def test_calls_of_other_clients_are_left_out() -> None:
    assert found([call(conversation="other")]) == []
    assert [one.booking is None for one in found([call(), call()], books.transactions(CASE, 0))] == [True, False]
