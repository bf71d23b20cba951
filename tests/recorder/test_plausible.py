"""Zeros that can't be true are dropped, and totals that nothing explains are doubted."""

from typing import Any

import pytest
from farebox.dialects._contradictions import PARTS
from farebox.recorder.plausible import doubts, without_placeholders
from farebox.records.text_size import TextSize
from farebox.records.usage import Part, Usage

from tests.support.samples import reading, record_of

ZEROS = Usage(input_tokens=0, cache_read_tokens=0, output_tokens=0)
CALL = TextSize(prompt_bytes=60, answer_bytes=0, answer_kinds=("calls",))
WORDS = TextSize(prompt_bytes=60, answer_bytes=40)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"usage": ZEROS, "sizes": WORDS}, Usage()),
        ({"usage": Usage(input_tokens=0, output_tokens=40), "sizes": WORDS}, Usage(output_tokens=40)),
        ({"usage": Usage(input_tokens=9, output_tokens=0), "sizes": WORDS}, Usage(input_tokens=9)),
        ({"usage": Usage(input_tokens=0), "operation": "embeddings"}, Usage()),
        (
            {"usage": Usage(input_tokens=0, output_tokens=40, units={"web_search_requests": 1}), "sizes": WORDS},
            Usage(output_tokens=40, units={"web_search_requests": 1}),
        ),
        ({"usage": Usage(input_tokens=9, output_tokens=0), "sizes": CALL}, Usage(input_tokens=9)),
    ],
    ids=["all zeros", "no prompt", "no answer", "no input of an embedding", "no prompt beside a tool", "only a call"],
)
def test_a_zero_that_cannot_be_true_is_not_told(values: dict[str, Any], expected: Usage) -> None:
    assert without_placeholders(reading(**values)).usage == expected


@pytest.mark.parametrize(
    "values",
    [
        {"usage": Usage(input_tokens=9, output_tokens=0)},
        {"sizes": WORDS, "finish_reason": "guardrail_intervened"},
        {"sizes": WORDS, "price_context": {"gateway_cache": "hit"}},
        {"sizes": WORDS, "status": 400},
        {"sizes": WORDS, "error_type": "overloaded_error"},
        {"sizes": WORDS, "is_pending": True},
        {"sizes": WORDS, "completes": "batch_1"},
        {"sizes": WORDS, "usage": Usage(input_tokens=0, output_tokens=0, units={"images": 1})},
        {"usage": Usage(input_tokens=0, output_tokens=5), "operation": "chat"},
        {"sizes": WORDS, "operation": "rerank"},
    ],
    ids=lambda values: "-".join(sorted(values)),
)
def test_a_zero_that_can_be_true_stays(values: dict[str, Any]) -> None:
    given = reading(**{"usage": ZEROS, **values})

    assert without_placeholders(given) is given


def test_placeholders_of_zero_are_estimated_and_never_priced_at_nothing() -> None:
    row = record_of(reading(usage=ZEROS, sizes=WORDS, request_bytes=200))

    assert (row.usage_source, row.cost_status) == ("estimated", "estimated")
    assert row.estimate is not None
    assert row.estimate["input_tokens"][1] > (row.input_tokens or 0) > 0
    assert (row.cost_nanousd or 0) > 0


@pytest.mark.parametrize(
    ("sent", "dialect", "expected"),
    [
        ({}, "openai_chat", []),
        ({"total_tokens": 1_000}, "openai_chat", []),
        ({"total_tokens": 999}, "openai_chat", ["total_not_explained"]),
        ({"total_tokens": 1_001}, "openai_chat", ["total_not_explained"]),
        ({"totalTokenCount": 999}, "gemini_generate", ["total_not_explained"]),
        ({"totalTokenCount": 1_200}, "gemini_generate", ["total_not_explained"]),
        ({"totalTokens": 1_300}, "bedrock_converse", []),
        ({"total_tokens": 1_300}, "openai_chat", ["total_not_explained"]),
        ({"total_tokens": 0}, "openai_chat", []),
    ],
    ids=str,
)
def test_a_total_that_is_not_the_sum_is_doubted(sent: dict[str, int], dialect: str, expected: list[str]) -> None:
    used = Usage(input_tokens=900, cache_read_tokens=300, output_tokens=100)

    assert list(doubts(reading(usage=used, raw_usage=sent, dialect=dialect))) == expected


@pytest.mark.parametrize(("whole", "expected"), [(999, []), (998, ["total_not_explained"])])
def test_vertex_may_round_its_total_down(whole: int, expected: list[str]) -> None:
    sent = {"totalTokenCount": whole}

    assert list(doubts(reading(raw_usage=sent, dialect="gemini_generate", provider="vertex"))) == expected


@pytest.mark.parametrize(("provider", "expected"), [("perplexity", []), ("openai", ["total_not_explained"])])
def test_a_total_may_leave_thinking_out_where_the_host_states_it_beside_the_output(
    provider: str, expected: list[str]
) -> None:
    used = Usage(input_tokens=900, output_tokens=100, reasoning_tokens=40)

    assert list(doubts(reading(provider=provider, usage=used, raw_usage={"total_tokens": 960}))) == expected


@pytest.mark.parametrize(
    ("provider", "thinking", "expected"),
    [("openai", 100, []), ("openai", 101, [PARTS]), ("doubleword", 130, []), ("doubleword", 200, [PARTS])],
)
def test_thinking_above_the_output_that_contains_it_is_doubted(
    provider: str, thinking: int, expected: list[str]
) -> None:
    used = Usage(input_tokens=900, output_tokens=100, reasoning_tokens=thinking)

    assert list(doubts(reading(provider=provider, usage=used))) == expected


def test_a_part_without_tokens_lacks_none() -> None:
    parts = [Part(Usage(input_tokens=900, output_tokens=100)), Part(Usage(units={"searches": 1}))]

    assert list(doubts(reading(parts=parts))) == []
    assert list(doubts(reading(parts=[*parts, Part(Usage(output_tokens=1))]))) == ["incomplete_usage"]


def test_doubts_make_the_cost_partial() -> None:
    row = record_of(reading(doubts=["service_tier_not_told"], raw_usage={"total_tokens": 5_000}))

    assert (row.cost_status, row.cost_reasons) == ("partial", ["service_tier_not_told", "total_not_explained"])


def test_an_answer_from_a_gateways_cache_is_free_and_its_repeated_cost_does_not_count() -> None:
    row = record_of(reading(raw_usage={"cost": 0.5}, price_context={"gateway_cache": "hit"}))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == (0, "free", ["gateway_cache_hit"])
    assert row.input_tokens == 900
