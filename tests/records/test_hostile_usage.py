"""A usage object with what is no count in it: unknown, and no harm to the other counts."""

import json
from typing import Any

import pytest
from farebox.records.usage import Usage

from tests.support.answers import ANTHROPIC, OPENAI, PLAIN, answer

ANTHROPIC_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation.ephemeral_1h_input_tokens",
    "cache_creation.ephemeral_5m_input_tokens",
    "output_tokens_details.thinking_tokens",
    "server_tool_use.web_search_requests",
)
OPENAI_COUNTS = (
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "prompt_tokens_details.cached_tokens",
    "prompt_tokens_details.cache_write_tokens",
    "prompt_tokens_details.audio_tokens",
    "completion_tokens_details.reasoning_tokens",
    "completion_tokens_details.image_tokens",
    "prompt_cache_hit_tokens",
    "cache_creation.ephemeral_1h_input_tokens",
)
ODD_VALUES = {
    "null": None,
    "text": "12",
    "boolean": True,
    "list": [12],
    "object": {"tokens": 12},
    "negative": -12,
    "huge": 10**30,
    "just too large": 10**12 + 1,
    "fraction": 1.5,
    "infinite": float("inf"),
    "not a number": float("nan"),
}


def nested(path: str, value: object) -> dict[str, Any]:
    """Return a usage object that states `value` under `path`, whose dot looks one object deeper."""
    outer, _, inner = path.partition(".")
    return {outer: {inner: value} if inner else value}


def test_raw_usage_is_the_figures_as_sent() -> None:
    sent = {"prompt_tokens": 5, "cost": 0.25, "note": "some prose", "details": {"tier": "flex"}, "big": 10**30}

    reading = answer(PLAIN, json.dumps({"usage": sent}).encode())

    assert reading.raw_usage == {**sent, "note": None, "big": None}


@pytest.mark.parametrize("usage", [None, {}, [], "12", 12, [{"prompt_tokens": 5}]], ids=str)
def test_a_usage_that_is_no_object_is_none(usage: object) -> None:
    reading = answer(PLAIN, json.dumps({"usage": usage}).encode())

    assert (reading.usage, reading.raw_usage) == (Usage(), None)


@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES)
@pytest.mark.parametrize(
    ("url", "path"),
    [*((OPENAI, path) for path in OPENAI_COUNTS), *((ANTHROPIC, path) for path in ANTHROPIC_COUNTS)],
)
def test_a_count_that_is_none_is_unknown(url: str, path: str, value: object) -> None:
    reading = answer(PLAIN, json.dumps({"type": "message", "usage": nested(path, value)}).encode(), url)

    assert reading.usage == Usage()


@pytest.mark.parametrize("name", ["prompt_tokens_details", "completion_tokens_details", "cache_creation"])
@pytest.mark.parametrize("value", [None, [], "none", 5, True], ids=str)
def test_details_that_are_no_object_change_nothing(name: str, value: object) -> None:
    sent = {"prompt_tokens": 5, "completion_tokens": 0, "total_tokens": 5, name: value}

    assert answer(PLAIN, json.dumps({"usage": sent}).encode()).usage == Usage(input_tokens=5, output_tokens=0)


def test_whole_floats_and_large_counts_are_counts() -> None:
    sent = {"prompt_tokens": 12.0, "completion_tokens": 10**12}

    assert answer(PLAIN, json.dumps({"usage": sent}).encode()).usage == Usage(input_tokens=12, output_tokens=10**12)
