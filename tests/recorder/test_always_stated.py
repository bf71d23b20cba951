"""A count that an API always states is missed where it lacks."""

from typing import Any

import pytest
from farebox.recorder.always_stated import lacking
from farebox.records.usage import Part, Usage

from tests.support.samples import reading

CLAUDE: dict[str, Any] = {
    "dialect": "anthropic_messages",
    "provider": "anthropic",
    "model_requested": "claude-sonnet-4-6",
}


@pytest.mark.parametrize(
    ("dialect", "sent", "expected"),
    [
        ("openai_chat", {"prompt_tokens": 9}, []),
        ("openai_chat", {"prompt_tokens": 9, "prompt_tokens_details": None}, []),
        ("openai_chat", {"prompt_tokens_details": {"cached_tokens": 0}}, []),
        ("openai_chat", {"prompt_tokens_details": {"audio_tokens": 0}}, ["incomplete_usage"]),
        ("openai_chat", {"prompt_tokens_details": {}, "prompt_cache_hit_tokens": 0}, []),
        ("openai_responses", {"input_tokens_details": {"audio_tokens": 0}}, ["incomplete_usage"]),
        ("openai_images", {"input_tokens_details": {"text_tokens": 9}}, []),
    ],
    ids=str,
)
def test_the_details_of_an_input_name_its_cached_tokens(
    dialect: str, sent: dict[str, Any], expected: list[str]
) -> None:
    assert list(lacking(reading(dialect=dialect, provider="openai", raw_usage=sent))) == expected
    assert not list(lacking(reading(dialect=dialect, provider="groq", raw_usage=sent)))


def test_details_of_an_input_are_never_empty() -> None:
    sent = {"prompt_tokens": 1795, "completion_tokens": 16, "prompt_tokens_details": {}}

    assert list(lacking(reading(dialect="openai_chat", provider="groq", raw_usage=sent))) == ["incomplete_usage"]


def test_claude_states_both_halves_of_what_it_writes_to_a_cache() -> None:
    halves = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}
    sent = {"input_tokens": 3, "cache_creation_input_tokens": 9705, "cache_creation": halves}
    half = {**sent, "cache_creation": {"ephemeral_5m_input_tokens": 0}}

    assert list(lacking(reading(**CLAUDE, raw_usage=sent))) == []
    assert list(lacking(reading(**CLAUDE, raw_usage=half))) == ["incomplete_usage"]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"input_tokens": 9}, []),
        ({"input_tokens": 9, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}, []),
        ({"input_tokens": 9, "cache_read_input_tokens": 40}, []),
        (
            {"input_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 40},
            ["parts_not_explained"],
        ),
    ],
    ids=str,
)
def test_claude_counts_an_end_of_the_prompt_beside_its_cache(sent: dict[str, Any], expected: list[str]) -> None:
    assert list(lacking(reading(**CLAUDE, raw_usage=sent))) == expected


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "client_abort"},
        {"parts": [Part(Usage(input_tokens=9), None)]},
        {"model_requested": "qwen-plus"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_other_models_and_unfinished_answers_may_state_less(values: dict[str, Any]) -> None:
    assert not list(
        lacking(reading(**{**CLAUDE, "raw_usage": {"input_tokens": 0, "cache_read_input_tokens": 40}, **values}))
    )
