"""Cached tokens under any name, in any object of a usage."""

from typing import Any

import pytest
from farebox.dialects._cached import WORDS, Cached, cached, is_explicit
from hypothesis import given
from hypothesis import strategies as st

# From the providers' and gateways' pages: names of reads and writes, and the objects that hold them.
READS = (
    "cached_tokens",
    "cached_read_tokens",
    "cache_read_tokens",
    "cache_read_input_tokens",
    "num_cached_tokens",
    "prompt_cache_hit_tokens",
    "cacheReadInputTokens",
    "cacheReadInputTokenCount",
)
WRITES = (
    "cache_write_tokens",
    "cached_write_tokens",
    "cache_creation_tokens",
    "cache_creation_input_tokens",
    "cacheWriteInputTokens",
    "cacheWriteInputTokenCount",
)
PLACES = (
    None,
    "prompt_tokens_details",
    "prompt_token_details",
    "input_tokens_details",
    "input_token_details",
)
SPLITS = ("cache_creation", "cache_creation_token_details", "cache_write_details")
PLACE = st.sampled_from(PLACES)


def put(usage: dict[str, Any], place: str | None, name: str, value: object) -> None:
    (usage if place is None else usage.setdefault(place, {}))[name] = value


@given(st.sampled_from(READS), PLACE, st.integers(0, 10**6), st.sampled_from(WRITES), PLACE, st.integers(0, 10**6))
def test_each_name_is_known_in_each_place(
    read: str, read_place: str | None, reads: int, write: str, write_place: str | None, writes: int
) -> None:
    usage: dict[str, Any] = {"prompt_tokens": 7}
    put(usage, read_place, read, reads)
    put(usage, write_place, write, writes)

    assert cached(usage) == Cached(reads, writes, None)
    assert {read, write} <= WORDS


@given(st.sampled_from(SPLITS), PLACE, st.sampled_from(WRITES), PLACE, st.integers(0, 10**6), st.integers(0, 10**6))
def test_writes_for_an_hour_are_found_in_each_object(
    split: str, split_place: str | None, write: str, write_place: str | None, hour: int, minutes: int
) -> None:
    usage: dict[str, Any] = {}
    put(usage, split_place, split, {"ephemeral_1h_input_tokens": hour, "ephemeral_5m_input_tokens": minutes})
    put(usage, write_place, write, hour + minutes)

    assert cached(usage) == Cached(None, hour + minutes, hour)


@given(st.sampled_from(READS), PLACE, st.sampled_from(READS), PLACE, st.integers(1, 10**6))
def test_a_zero_under_one_name_does_not_replace_the_number_under_another(
    name: str, place: str | None, other: str, other_place: str | None, reads: int
) -> None:
    usage: dict[str, Any] = {}
    put(usage, other_place, other, 0)
    put(usage, place, name, reads)

    assert cached(usage).read == reads


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({}, Cached()),
        ({"cached_tokens": 0}, Cached(read=0)),
        ({"cached_tokens": "5", "prompt_tokens_details": "odd"}, Cached()),
        ({"cache_creation": {"ephemeral_1h_input_tokens": 3, "ephemeral_5m_input_tokens": 4}}, Cached(None, 7, 3)),
        ({"cache_creation": {"ephemeral_5m_input_tokens": 4}}, Cached(None, 4)),
        ({"cache_creation": {"ephemeral_1h_input_tokens": 3}}, Cached(None, 3, 3)),
        ({"cache_write_tokens": 8, "cache_creation": {"ephemeral_1h_input_tokens": 3}}, Cached(None, 8)),
        ({"cacheDetails": [], "cacheWriteInputTokens": 5}, Cached(None, 5)),
        (
            {"cacheWriteInputTokens": 12, "cacheDetails": [{"ttl": "1h", "inputTokens": 5}, {"inputTokens": 1}, 7]},
            Cached(None, 12),
        ),
        (
            {
                "cacheWriteInputTokens": 12,
                "cacheDetails": [{"ttl": "1h", "inputTokens": 5}, {"ttl": "5m", "inputTokens": 7}],
            },
            Cached(None, 12, 5),
        ),
    ],
    ids=str,
)
def test_the_split_of_writes_must_add_up(usage: dict[str, Any], expected: Cached) -> None:
    assert cached(usage) == expected


def test_a_cache_that_the_request_asks_for_is_told_from_the_providers_own() -> None:
    assert is_explicit({"prompt_tokens_details": {"cached_tokens": 0, "cache_type": "ephemeral"}})
    assert not is_explicit({"prompt_tokens_details": {"cached_tokens": 0}})
