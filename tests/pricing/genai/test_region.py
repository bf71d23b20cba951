"""Regional processing: models that cost more there."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from farebox.pricing.genai.region import uplift

from tests.support.genai import price

DEARER = (Decimal("1.1"), None)
SAME = (None, None)
UNKNOWN = (None, "no_price:region")


@pytest.mark.parametrize(
    ("ref", "about", "nanousd", "reasons"),
    [
        ("openai/gpt-5.4", {"host": "api.openai.com"}, 2_500, ()),
        ("openai/gpt-5.4", {"host": "eu.api.openai.com"}, 2_750, ()),
        ("openai/gpt-4o", {"host": "eu.api.openai.com"}, 2_500, ()),
        ("openai/gpt-rosalind-research", {"host": "us.api.openai.com"}, 5_000, ("no_price:region",)),
        ("vertex/claude-sonnet-4-5", {"host": "aiplatform.googleapis.com"}, 3_000, ()),
        ("vertex/claude-sonnet-4-5", {"host": "us-east5-aiplatform.googleapis.com"}, 3_300, ()),
        ("vertex/claude-3-5-haiku", {"host": "us-east5-aiplatform.googleapis.com"}, 800, ()),
        ("vertex/gemini-2.5-flash", {"host": "aiplatform.eu.rep.googleapis.com"}, 300, ()),
        ("anthropic/claude-opus-4-6", {"context": {"inference_geo": "us"}}, 5_500, ()),
        ("anthropic/claude-opus-4-5", {"context": {"inference_geo": "us"}}, 5_000, ()),
        ("anthropic/claude-opus-4-6", {"context": {"inference_geo": "mars"}}, 5_000, ("no_price:inference_geo=mars",)),
    ],
    ids=str,
)
def test_a_region_costs_what_its_provider_says(
    ref: str, about: dict[str, Any], nanousd: int, reasons: tuple[str, ...]
) -> None:
    cost = price(ref, **about, input_tokens=1, output_tokens=0)

    assert (cost.nanousd, cost.reasons) == (nanousd, reasons)


def test_a_region_does_not_make_searches_dearer() -> None:
    cost = price("openai/gpt-5.4", host="eu.api.openai.com", input_tokens=0, units={"web_search_requests": 1})

    assert cost.nanousd == 10_000_000


@pytest.mark.parametrize(
    ("ref", "host", "words", "expected"),
    [
        ("openai/gpt-5.3", "eu.api.openai.com", {}, SAME),
        ("openai/gpt-5.4", "eu.api.openai.com", {}, DEARER),
        ("openai/gpt-6-astra", "us.api.openai.com", {}, DEARER),
        ("openai/gpt-realtime-2", "eu.api.openai.com", {}, DEARER),
        ("openai/gpt-realtime-mini", "eu.api.openai.com", {}, SAME),
        ("openai/gpt-5", "eu.api.openai.com", {}, SAME),
        ("openai/o3", "eu.api.openai.com", {}, SAME),
        ("openai/new-kind", "eu.api.openai.com", {}, UNKNOWN),
        ("openai/gpt-5.4", "api.openai.com", {}, SAME),
        ("openai/gpt-5.4", "eu.api.openai.com.evil.example", {}, SAME),
        ("openai/gpt-5.4", "api.openai.com", {"inference_geo": "us"}, UNKNOWN),
        ("google/gemini-3.4-flash", "us-east5-aiplatform.googleapis.com", {}, SAME),
        ("google/gemini-3.5-flash", "us-east5-aiplatform.googleapis.com", {}, DEARER),
        ("google/gemini-3.1-flash-lite", "aiplatform.us.rep.googleapis.com", {}, DEARER),
        ("google/gemini-3.1-pro", "aiplatform.us.rep.googleapis.com", {}, SAME),
        ("google/gemini-4-flash", "us-east5-aiplatform.googleapis.com", {}, DEARER),
        ("google/imagen-4", "us-east5-aiplatform.googleapis.com", {}, SAME),
        ("anthropic/claude-haiku-4-5", "us-east5-aiplatform.googleapis.com", {}, DEARER),
        ("anthropic/claude-opus-4-4", "us-east5-aiplatform.googleapis.com", {}, SAME),
        ("mistral/codestral", "us-east5-aiplatform.googleapis.com", {}, UNKNOWN),
        ("anthropic/claude-haiku-4-5", "aiplatform.googleapis.com", {}, SAME),
        ("anthropic/claude-sonnet-4-5", "api.anthropic.com", {"inference_geo": "us"}, SAME),
        ("anthropic/claude-sonnet-4-6", "api.anthropic.com", {"inference_geo": "us"}, DEARER),
        ("anthropic/claude-fable-5", "api.anthropic.com", {"inference_geo": "us"}, DEARER),
        ("anthropic/claude-opus-10", "api.anthropic.com", {"inference_geo": "us"}, DEARER),
        ("anthropic/claude-sonnet-4-6", "api.anthropic.com", {"inference_geo": "global"}, SAME),
        ("anthropic/claude-sonnet-4-6", "api.anthropic.com", {}, SAME),
    ],
)
def test_the_host_or_a_word_makes_tokens_dearer(
    ref: str, host: str, words: Mapping[str, str], expected: tuple[Decimal | None, str | None]
) -> None:
    assert uplift(ref, host, words) == expected
