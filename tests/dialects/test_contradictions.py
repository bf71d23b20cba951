"""Numbers of one usage object that can't all be true are told, and those that can are not."""

from typing import Any

import pytest
from farebox.dialects._cached import WORDS
from farebox.dialects._contradictions import PARTS, contradictions
from farebox.records.usage import Usage

TEXT, IMAGE = {"modality": "TEXT", "tokenCount": 10}, {"modality": "IMAGE", "tokenCount": 258}
COUNTED = {"input_tokens": 30, "output_tokens": 7}
ADVISED = {**COUNTED, "type": "advisor_message"}
SPLIT = {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 4}


@pytest.mark.parametrize(
    "sent",
    [
        {"promptTokenCount": 268, "promptTokensDetails": [TEXT, IMAGE]},
        {"promptTokenCount": 10, "promptTokensDetails": None},
        {"prompt_tokens": 30, "prompt_cache_hit_tokens": 20, "prompt_cache_miss_tokens": 10},
        {"prompt_tokens": 30, "prompt_cache_hit_tokens": 20},
        {"cache_creation_input_tokens": 5, "cache_creation": {"ephemeral_5m_input_tokens": 5}},
        {**COUNTED, "iterations": [{**COUNTED, "type": "message"}]},
        {**COUNTED, "iterations": [{**COUNTED, "type": ["message"]}, 7]},
        {**COUNTED, "iterations": [{**COUNTED, "type": "message"}, {**COUNTED, "type": "compaction"}]},
        {**COUNTED, "iterations": [{**COUNTED, "type": "message"}, {**COUNTED, "type": "fallback_message"}]},
        {"candidatesTokenCount": 300, "candidatesTokensDetails": [IMAGE]},
        {"input_tokens": 400, "input_tokens_details": {"text_tokens": 12, "image_tokens": 388}},
        {"prompt_tokens": 400, "prompt_tokens_details": {"text_tokens": 400, "cached_tokens": 90}},
        {"prompt_tokens": 400, "prompt_tokens_details": {"text_tokens": 310, "cached_tokens": 90}},
        *({"prompt_tokens": 400, "prompt_tokens_details": {"text_tokens": 14, word: 386}} for word in sorted(WORDS)),
        {"prompt_tokens": 400, "prompt_tokens_details": {"audio_tokens": 90}},
        {"input_tokens": 45, "inputTokenCount": 45, "output_tokens": 38, "outputTokenCount": 35},
        {"billed_units": {"output_tokens": 411}, "tokens": {"output_tokens": 416}},
        {"billed_units": {"input_tokens": 522}, "tokens": {"input_tokens": 501, "image_tokens": 518}},
        {"inputTokens": 13, "inputTokenCount": 13, "totalOutputTextTokenCount": 51, "outputTokenCount": 51},
        {
            "prompt_tokens": 227,
            "completion_tokens": 22,
            "timings": {"prompt_n": 123, "cache_n": 104, "predicted_n": 22},
        },
        {"prompt_tokens": 227, "timings": {"prompt_n": 123}},
        {"prompt_tokens": 227, "timings": {"predicted_ms": 186.6}},
        {"connector_tokens": 7_000, "total_tokens": 7_300},
        {"prompt_tokens_details": {"cached_tokens": 9}, "cached_tokens": 9},
    ],
    ids=str,
)
def test_parts_that_are_their_whole_are_no_contradiction(sent: dict[str, Any]) -> None:
    assert list(contradictions(sent, Usage())) == []


@pytest.mark.parametrize(
    "sent",
    [
        {"promptTokenCount": 10, "promptTokensDetails": [TEXT, IMAGE]},
        {"candidatesTokenCount": 200, "candidatesTokensDetails": [IMAGE]},
        {"candidatesTokenCount": 300, "candidatesTokensDetails": [{"modality": "IMAGE"}]},
        {"cacheTokensDetails": [TEXT]},
        {"input_tokens": 400, "input_tokens_details": {"text_tokens": 12, "image_tokens": 0}},
        {"input_tokens": 45, "inputTokenCount": 90},
        {"billed_units": {"output_tokens": 822}, "tokens": {"output_tokens": 416}},
        {"billed_units": {"input_tokens": 1898}, "tokens": {"input_tokens": 949}},
        {"inputTokens": 13, "inputTokenCount": 26},
        {"totalOutputTextTokenCount": 51, "outputTokenCount": 102},
        {"prompt_tokens": 454, "timings": {"prompt_n": 123, "cache_n": 104}},
        {"completion_tokens": 44, "timings": {"predicted_n": 22}},
        {"prompt_tokens": 2894, "prompt_tokens_details": {"cached_tokens": 0}, "timings": {"cache_n": 2893}},
        {"connector_tokens": 7_000},
        {"prompt_tokens_details": {"cached_tokens": 18}, "cached_tokens": 9},
        {"prompt_tokens_details": {"cache_creation_tokens": 9, "cache_creation_token_details": SPLIT}},
        {**COUNTED, "iterations": [{**COUNTED, "type": "message"}, {"input_tokens": 90, "type": "compaction"}]},
        {**COUNTED, "iterations": [{**COUNTED, "input_tokens": 60, "type": "message"}, ADVISED]},
        {"prompt_tokens": 60, "prompt_cache_hit_tokens": 20, "prompt_cache_miss_tokens": 10},
        {"cache_creation_input_tokens": 50, "cache_creation": {"ephemeral_5m_input_tokens": 5}},
        {**COUNTED, "iterations": [{**COUNTED, "output_tokens": 14, "type": "message"}]},
    ],
    ids=str,
)
def test_parts_that_are_not_their_whole_are_told(sent: dict[str, Any]) -> None:
    assert list(contradictions(sent, Usage())) == [PARTS]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (Usage(input_tokens=10, cache_read_tokens=8, cache_write_tokens=2), []),
        (Usage(cache_read_tokens=8), []),
        (Usage(input_tokens=10, cache_read_tokens=8, cache_write_tokens=3), [PARTS]),
        (Usage(output_tokens=10, output_audio_tokens=11), [PARTS]),
    ],
)
def test_a_part_that_exceeds_its_total_is_told(usage: Usage, expected: list[str]) -> None:
    assert list(contradictions({}, usage)) == expected
