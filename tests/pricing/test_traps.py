"""What the catalogue gets wrong in silence, and what we make of it. Arithmetic by hand, from the providers' pages."""

from decimal import Decimal
from typing import Any

import pytest
from farebox.pricing.cost import Cost
from farebox.pricing.genai.edition import bundled, conditions
from farebox.pricing.genai.units import stated
from farebox.providers.table import PROVIDERS, provider_of

from tests.support.genai import PRICER, price

OURS = {one.catalogue or one.name: one.name for one in PROVIDERS}
EMPTY = [
    (OURS[provider.id], model.id)
    for provider in bundled().providers
    if provider.id in OURS
    for model in provider.models
    if not any(stated(one.prices) for one in conditions(model))
]


def test_no_empty_price_becomes_a_silent_zero() -> None:
    costs = {name: price("/".join(name), input_tokens=1_000, output_tokens=1_000) for name in EMPTY}

    assert len(costs) > 150
    assert {(cost.nanousd, cost.status, *cost.reasons) for cost in costs.values()} <= {
        (0, "free", "free_model"),
        (None, "unpriced", "empty_price"),
    }
    assert all(model.endswith(":free") for (_, model), cost in costs.items() if cost.status == "free")


@pytest.mark.parametrize(
    ("ref", "used", "nanousd", "reason"),
    [
        (
            "deepseek/deepseek-v4-flash",
            {"input_tokens": 100, "units": {"web_search_requests": 100}},
            100 * 150,
            "web_search_requests",
        ),
        ("mistral/mistral-ocr-2512", {"output_tokens": 5, "units": {"pages": 3}}, 3 * 2_000_000, "output_tokens"),
        ("openai/tts-1", {"input_tokens": 1_000, "units": {"characters": 2}}, 2 * 15_000, "input_tokens"),
    ],
)
def test_an_amount_without_a_price_is_named(ref: str, used: dict[str, Any], nanousd: int, reason: str) -> None:
    cost = price(ref, **used)

    assert (cost.nanousd, cost.status, cost.reasons) == (nanousd, "partial", (f"no_price:{reason}",))


@pytest.mark.parametrize(
    ("ref", "used", "reason"),
    [
        ("deepseek/deepseek-v4-flash", {"units": {"web_search_requests": 100}}, "web_search_requests"),
        ("openai/gpt-4o-mini-tts", {"units": {"characters": 1_000}}, "characters"),
        ("openai/tts-1", {"input_tokens": 1_000}, "input_tokens"),
        ("openai/whisper-1", {"output_tokens": 1_000}, "output_tokens"),
    ],
)
def test_where_nothing_has_a_price_the_cost_is_not_known_instead_of_0(
    ref: str, used: dict[str, Any], reason: str
) -> None:
    assert price(ref, **used) == Cost(None, "unpriced", (f"no_price:{reason}",))


@pytest.mark.parametrize(
    ("ref", "about", "input_usd", "output_usd"),
    [
        # https://developers.openai.com/api/docs/pricing
        ("openai/gpt-5", {"context": {"processing": "batch"}}, "0.625", "5"),
        ("openai/gpt-5", {"tier": "priority"}, "2.5", "20"),
        # Azure's own models are looked up where the catalogue has them, with what it tells of their variants.
        ("azure/gpt-5-mini", {"tier": "flex"}, "0.125", "1"),
        # https://platform.claude.com/docs/en/build-with-claude/fast-mode
        ("anthropic/claude-opus-5-5", {"context": {"speed": "fast"}}, "8", "40"),
        # https://ai.google.dev/gemini-api/docs/pricing
        ("gemini/gemini-3.8-flash-tts", {"tier": "Flex"}, "0.25", "4.5"),
        # https://console.groq.com/docs/flex-processing: "at the same rates"
        ("groq/openai/gpt-oss-20b", {"tier": "flex"}, "0.075", "0.3"),
    ],
)
def test_what_was_served_sets_the_price(ref: str, about: dict[str, Any], input_usd: str, output_usd: str) -> None:
    cost = price(ref, **about, input_tokens=1_000, output_tokens=1_000)

    assert cost.nanousd == int((Decimal(input_usd) + Decimal(output_usd)) * 1_000_000)
    assert (cost.status, cost.reasons) == ("priced", ())


def test_the_host_alone_says_who_bills() -> None:
    assert provider_of("api.openai.com.evil.example") is None
    assert provider_of("storage.googleapis.com") is None
    for pattern in ("https://api.openai.com.evil.example/", "https://api.openai.com/", "litellm", "OpenAI"):
        assert not PRICER.knows(pattern, "gpt-4o")
        assert price(f"{pattern.replace('/', '')}/gpt-4o", input_tokens=1).status == "unpriced"
