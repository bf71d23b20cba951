"""The helpers of every dialect: objects, counts, things seen once, cache writes."""

from typing import Any

import pytest
from farebox.dialects._base import Asked, Dialect, Reply, first_mapping, mapping, seen, tokens
from farebox.dialects._openai import asked
from farebox.dialects.openai_chat import claims, fold, has_content, usage
from farebox.records.exchange import Response
from farebox.records.usage import Usage


@pytest.mark.parametrize("value", [None, [], "a", 7, True, [{"a": 1}]], ids=str)
def test_a_value_that_is_no_object_is_an_empty_one(value: object) -> None:
    assert mapping(value) == {}


def test_an_object_is_returned_as_it_is() -> None:
    value = {"a": 1}

    assert mapping(value) is value
    assert first_mapping([value, {"b": 2}]) is value


@pytest.mark.parametrize("value", [None, [], {"a": 1}, "a", ["a", {"a": 1}], [None], 7], ids=str)
def test_a_list_that_does_not_start_with_an_object_has_no_first_one(value: object) -> None:
    assert first_mapping(value) == {}


@pytest.mark.parametrize(
    ("usage", "names", "count"),
    [
        ({"a": 1, "b": 2}, ("a", "b"), 1),
        ({"a": 1, "b": 2}, ("b", "a"), 2),
        ({"b": 2}, ("a", "b"), 2),
        ({"a": None, "b": 2}, ("a", "b"), 2),
        ({"a": 0, "b": 2}, ("a", "b"), 0),
        ({"a": -1, "b": 2}, ("a", "b"), 2),
        ({"a": True}, ("a",), None),
        ({"a": "5"}, ("a",), None),
        ({"a": 5.0}, ("a",), 5),
        ({"a": {"b": 3}}, ("a.b",), 3),
        ({"a": {"b.c": 3}}, ("a.b.c",), 3),
        ({"a.b": 3}, ("a.b",), None),
        ({"a": [3]}, ("a.0",), None),
        ({"a": {"b": 3}}, ("a",), None),
        ({}, ("a", "a.b"), None),
        ({"a": 1}, (), None),
    ],
    ids=str,
)
def test_the_first_count_under_one_of_the_names_is_taken(
    usage: dict[str, Any], names: tuple[str, ...], count: int | None
) -> None:
    assert tokens(usage, *names) == count


def test_a_thing_that_is_seen_twice_counts_once() -> None:
    reply = Reply(seen=frozenset({("images", "1")}))

    assert seen(reply, [("images", 1), ("images", "2"), ("pages", 1)]) == {
        ("images", "1"),
        ("images", "2"),
        ("pages", "1"),
    }


def test_names_of_things_are_cut() -> None:
    assert seen(Reply(), [("images", "n" * 65), ("images", "n" * 66), ("images", "n" * 63)]) == {
        ("images", "n" * 64),
        ("images", "n" * 63),
    }


def test_the_number_of_things_has_a_limit() -> None:
    once = seen(Reply(), (("images", number) for number in range(1500)))
    full = Reply(seen=once)
    almost = Reply(seen=frozenset(list(once)[:999]))

    assert len(once) == 1000
    assert seen(full, [("images", "one more")]) is once
    assert len(seen(almost, [("images", "one more")])) == 1000


def test_by_default_a_dialect_reads_nothing_from_the_head_and_bills_the_usage() -> None:
    dialect = Dialect("name", "chat", claims, asked, fold, has_content, usage)
    used = Usage(input_tokens=1)

    assert dialect.begin(Response(200)) == Reply()
    assert dialect.billed(Asked(), used) is used
    assert dialect.socket is None
