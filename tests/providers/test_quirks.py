"""A host's departures from its dialect, one rule each."""

from typing import Any

import pytest
from farebox.providers.quirks import (
    cache_within_input,
    of_maker,
    output_is_the_rest,
    reasoning_beside_in_total,
    reasoning_beside_output,
)
from farebox.records.usage import Usage


@pytest.mark.parametrize(
    ("output", "reasoning", "expected"),
    [(9, 64, 73), (9, 0, 9), (9, None, 9), (0, 64, 64), (None, None, None)],
)
def test_reasoning_is_added_to_the_output(output: int | None, reasoning: int | None, expected: int | None) -> None:
    usage = Usage(input_tokens=5, output_tokens=output, reasoning_tokens=reasoning)

    told = reasoning_beside_output(usage, {})

    assert told == Usage(input_tokens=5, output_tokens=expected, reasoning_tokens=reasoning)


@pytest.mark.parametrize(
    ("prompt", "output", "total", "expected"),
    [
        pytest.param(6, 3, 80, 74, id="thinking"),
        pytest.param(6, 3, 9, 3, id="no thinking"),
        pytest.param(6, None, 80, 74, id="thinking only"),
        pytest.param(6, 0, 6, 0, id="nothing said"),
        pytest.param(6, 3, 5, 3, id="a total that cannot be"),
        pytest.param(None, 3, 80, 3, id="prompt unknown"),
        pytest.param(6, 3, None, 3, id="total unknown"),
        pytest.param(6, 3, "80", 3, id="total is text"),
        pytest.param(6, 3, -80, 3, id="total is negative"),
    ],
)
def test_output_is_what_the_prompt_leaves_of_the_total(
    prompt: int | None, output: int | None, total: Any, expected: int | None
) -> None:
    usage = Usage(input_tokens=prompt, output_tokens=output)

    assert output_is_the_rest(usage, {"total_tokens": total}) == Usage(input_tokens=prompt, output_tokens=expected)


def test_a_missing_total_changes_nothing() -> None:
    usage = Usage(input_tokens=6, output_tokens=3)

    assert output_is_the_rest(usage, {}) is usage


@pytest.mark.parametrize(
    ("sent", "read", "written", "expected"),
    [
        ({"input_tokens": 2_100}, 2_048, 0, 2_100),
        ({"inputTokens": 6_000}, 4_500, 500, 6_000),
        ({"input_tokens": 3_602}, 3_604, None, 3_604),
        ({}, 2_048, 0, 9_999),
    ],
)
def test_the_stated_input_holds_the_cache(sent: dict[str, int], read: int, written: int | None, expected: int) -> None:
    usage = Usage(input_tokens=9_999, cache_read_tokens=read, cache_write_tokens=written)

    assert cache_within_input(usage, sent).input_tokens == expected


@pytest.mark.parametrize(
    ("whole", "reasoning", "expected"),
    [(310, 200, 300), (110, 200, 100), (None, 200, 100), (310, None, 100), (110, 0, 100), (309, 200, 100)],
)
def test_reasoning_is_added_if_the_total_has_it(whole: int | None, reasoning: int | None, expected: int) -> None:
    usage = Usage(input_tokens=10, output_tokens=100, reasoning_tokens=reasoning)

    assert reasoning_beside_in_total(usage, {"total_tokens": whole}).output_tokens == expected


@pytest.mark.parametrize(
    ("dialect", "model", "rules"),
    [
        ("openai_chat", "grok-4", [reasoning_beside_in_total]),
        ("openai_chat", "xai/Grok-3-mini", [reasoning_beside_in_total]),
        ("openai_chat", "gpt-5.5", []),
        ("openai_responses", "grok-4", []),
        ("bedrock_converse", "us.openai.gpt-5.6-sol", [cache_within_input]),
        ("bedrock_converse", "openai.gpt-oss-120b-1:0", [cache_within_input]),
        ("bedrock_converse", "us.anthropic.claude-sonnet-4-6", []),
        ("bedrock_converse", None, []),
    ],
)
def test_makers_count_their_own_way_at_every_host(dialect: str, model: str | None, rules: list[Any]) -> None:
    assert list(of_maker(dialect, model)) == rules
