"""Words that set a price: those at the list price, and those whose price is not known."""

import pytest
from farebox.pricing.genai.context import without_price, words

from tests.support.genai import price


@pytest.mark.parametrize(
    ("tier", "context", "expected"),
    [
        (None, {}, {}),
        ("", {"speed": "Fast"}, {"speed": "fast"}),
        ("Flex", {"size": "1024X1024"}, {"size": "1024x1024", "service_tier": "flex"}),
        ("flex", {"service_tier": "default"}, {"service_tier": "flex"}),
    ],
)
def test_words_are_in_lower_case_with_the_tier_among_them(
    tier: str | None, context: dict[str, str], expected: dict[str, str]
) -> None:
    assert words(tier, context) == expected


@pytest.mark.parametrize(
    ("name", "word", "is_known"),
    [
        ("service_tier", "default", True),
        ("service_tier", "standard", True),
        ("service_tier", "auto", True),
        ("service_tier", "on_demand", True),
        ("service_tier", "flex", False),
        ("processing", "standard", True),
        ("processing", "batch", False),
        ("speed", "standard", True),
        ("speed", "fast", False),
        ("latency", "standard", True),
        ("latency", "optimized", False),
        ("inference_geo", "global", True),
        ("inference_geo", "not_available", True),
        ("inference_geo", "us", True),
        ("inference_geo", "eu", False),
        ("search_type", "pro", False),
        ("route", "x", False),
        ("quality", "hd", True),
        ("search_context_size", "low", True),
    ],
)
def test_a_word_without_a_price_is_named(name: str, word: str, is_known: bool) -> None:
    expected = () if is_known else (f"no_price:{name}={word}",)

    assert without_price({name: word}, frozenset(), "openai/m", per_request=False) == expected
    assert without_price({name: word}, frozenset({name}), "openai/m", per_request=False) == ()


@pytest.mark.parametrize(("size", "reasons"), [("high", ()), ("low", ("no_price:search_context_size=low",))])
def test_the_fee_of_a_request_is_that_of_the_most_context(size: str, reasons: tuple[str, ...]) -> None:
    assert without_price({"search_context_size": size}, frozenset(), "perplexity/m", per_request=True) == reasons


@pytest.mark.parametrize(
    ("ref", "reasons"), [("groq/m", ()), ("openai/m", ("no_price:service_tier=flex",))], ids=["groq", "others"]
)
def test_groqs_flex_tier_is_at_the_list_price(ref: str, reasons: tuple[str, ...]) -> None:
    assert without_price({"service_tier": "flex"}, frozenset(), ref, per_request=False) == reasons


@pytest.mark.parametrize(
    ("ref", "context", "reasons"),
    [
        ("anthropic/claude-opus-5-5", {"speed": "warp"}, ("no_price:speed=warp",)),
        ("bedrock/amazon.nova-pro-v1:0", {"latency": "optimized"}, ("no_price:latency=optimized",)),
        ("anthropic/claude-haiku-4-5", {"speed": "fast"}, ("no_price:speed=fast",)),
        ("together/deepseek-ai/DeepSeek-V4.1-Flash", {"processing": "batch"}, ("no_price:processing=batch",)),
        ("anthropic/claude-opus-4-8", {"speed": "standard", "quality": "hd", "inference_geo": "global"}, ()),
    ],
)
def test_a_word_that_sets_the_price_is_not_passed_over(
    ref: str, context: dict[str, str], reasons: tuple[str, ...]
) -> None:
    assert price(ref, input_tokens=1, output_tokens=1, context=context).reasons == reasons
