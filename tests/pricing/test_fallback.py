"""LiteLLM's prices: one call of each area, by arithmetic written out from its list."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from farebox.pricing.consumption import Consumption
from farebox.pricing.cost import Cost
from farebox.pricing.fallback import LiteLLM
from farebox.records.usage import Usage

from tests.support.litellm import AT, CHAT, price


@pytest.mark.parametrize(
    ("provider", "model", "context", "used", "nanousd"),
    [
        # 6,000 x $0.625 + 4,000 x $0.125 + 1,000 x $5 a million; above 200,000 all at the price of there.
        ("gemini", "gemini-2.5-pro", {"tier": "flex"}, CHAT, 6_000 * 625 + 4_000 * 125 + 1_000 * 5_000),
        (
            "gemini",
            "gemini-2.5-pro",
            {"tier": "flex"},
            {"input_tokens": 200_001, "output_tokens": 1_000},
            200_001 * 1_250 + 1_000 * 7_500,
        ),
        ("vertex", "gemini-2.5-pro", {"tier": "priority"}, CHAT, 6_000 * 2_250 + 4_000 * 225 + 1_000 * 18_000),
        ("openai", "gpt-5-mini", {"processing": "batch"}, CHAT, int(6_000 * 125 + 4_000 * 12.5 + 1_000 * 1_000)),
        # A tier without a price for reasoning: it is output there as well.
        (
            "gemini",
            "gemini-2.5-flash",
            {"tier": "flex"},
            {"input_tokens": 100, "output_tokens": 90, "reasoning_tokens": 40},
            100 * 150 + 90 * 1_250,
        ),
        # Steps that are listed by range.
        ("dashscope", "qwen3-coder-plus", {}, {"input_tokens": 32_000, "output_tokens": 10}, 32_000 * 1_000 + 50_000),
        ("dashscope", "qwen3-coder-plus", {}, {"input_tokens": 40_000, "output_tokens": 10}, 40_000 * 1_800 + 90_000),
        (
            "anthropic",
            "claude-sonnet-4-5",
            {},
            {"input_tokens": 9_000, "cache_write_tokens": 3_000, "cache_write_1h_tokens": 1_000, "output_tokens": 10},
            6_000 * 3_000 + 2_000 * 3_750 + 1_000 * 6_000 + 10 * 15_000,
        ),
        ("cohere", "embed-v4.0", {}, {"input_tokens": 1_000, "input_image_tokens": 400}, 600 * 120 + 400 * 470),
    ],
    ids=["flex", "flex, long", "priority", "batch", "reasoning", "range", "next range", "cache", "embedding"],
)
def test_tokens(provider: str, model: str, context: dict[str, str], used: dict[str, Any], nanousd: int) -> None:
    words = dict(context)
    cost = price(provider, model, tier=words.pop("tier", None), context=words, **used)

    assert (cost.nanousd, cost.status) == (nanousd, "priced")


@pytest.mark.parametrize(
    ("provider", "model", "context", "units", "nanousd"),
    [
        ("openai", "gpt-image-1", {"quality": "medium", "size": "1536x1024"}, {"images": 2}, 2 * 63_000_000),
        ("openai", "gpt-image-1", {"quality": "high", "size": "1024x1024"}, {"images": 1}, 167_000_000),
        # 1024 x 1792 pixels x $0.0000000719343.
        ("azure", "dall-e-3", {"quality": "hd", "size": "1024x1792"}, {"images": 1}, 132_000_016),
        ("azure", "dall-e-3", {"size": "1024x1024"}, {"images": 1}, 44_000_032),
        ("xai", "grok-imagine-image", {}, {"images": 3}, 60_000_000),
        ("gemini", "imagen-3.0-generate-001", {}, {"images": 4}, 160_000_000),
        ("bedrock", "stability.stable-image-inpaint-v1:0", {}, {"images": 1}, 70_000_000),
        ("openai", "whisper-1", {}, {"audio_seconds": 60}, 6_000_000),
        ("openai", "whisper-1", {}, {"audio_milliseconds": 1_500}, 150_000),
        ("openai", "tts-1", {}, {"characters": 1_000}, 15_000_000),
        ("azure", "tts-1-hd", {}, {"characters": 1_000}, 33_000_000),
        ("openai", "sora-2", {}, {"video_seconds": 8}, 800_000_000),
        ("openai", "sora-2-pro", {"size": "1280x720"}, {"video_seconds": 8}, 2_400_000_000),
        ("openai", "sora-2-pro", {"size": "1024x1792"}, {"video_seconds": 8}, 4_000_000_000),
        ("gemini", "veo-3.1-fast-generate-preview", {"resolution": "720p"}, {"video_seconds": 8}, 800_000_000),
        ("gemini", "veo-3.1-fast-generate-preview", {"resolution": "4K"}, {"video_seconds": 8}, 2_400_000_000),
        ("cohere", "rerank-v3.5", {}, {"search_units": 7}, 14_000_000),
        ("bedrock", "amazon.rerank-v1:0", {}, {"search_units": 7}, 7_000_000),
        ("mistral", "mistral-ocr-4-0", {}, {"pages": 10}, 40_000_000),
        ("mistral", "mistral-ocr-4-0", {}, {"annotated_pages": 10}, 50_000_000),
        ("mistral", "mistral-ocr-4-0", {"processing": "batch"}, {"pages": 10}, 20_000_000),
        # For each request, of which this is one.
        ("perplexity", "sonar-pro", {}, {}, 6_000_000),
        ("perplexity", "sonar-pro", {"search_context_size": "high"}, {"web_search_requests": 0}, 14_000_000),
        ("perplexity", "sonar-deep-research", {}, {"web_search_requests": 2}, 10_000_000),
        ("openai", "gpt-4o-search-preview", {}, {"web_search_requests": 2}, 50_000_000),
        ("gemini", "gemini-3.6-flash", {}, {"maps_grounding_requests": 2}, 28_000_000),
        ("vertex", "gemini-2.5-flash", {"region": "global"}, {"web_search_requests": 2}, 70_000_000),
        ("openai", "gpt-5", {}, {"code_interpreter_sessions": 2}, 60_000_000),
        ("azure", "gpt-5", {}, {"code_interpreter_sessions": 2}, 66_000_000),
    ],
)
def test_units(provider: str, model: str, context: dict[str, str], units: dict[str, int], nanousd: int) -> None:
    cost = price(provider, model, context=context, units=units)

    assert (cost.nanousd, cost.status) == (nanousd, "priced")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"context": {"processing": "batch"}}, "no_price:processing=batch"),
        ({"tier": "Turbo"}, "no_price:service_tier=turbo"),
        ({"tier": "flex"}, "no_price:service_tier=flex"),
        ({"context": {"speed": "fast"}}, "no_price:speed=fast"),
    ],
    ids=["batch", "unknown tier", "known tier", "speed"],
)
def test_a_way_of_work_without_a_price_is_at_the_standard_price_and_told(asked: dict[str, Any], reason: str) -> None:
    cost = price("deepseek", "deepseek-chat", **CHAT, **asked)

    assert (cost.nanousd, cost.status) == (price("deepseek", "deepseek-chat", **CHAT).nanousd, "partial")
    assert cost.reasons == (reason,)


@pytest.mark.parametrize(
    ("used", "nanousd"),
    [
        ({"input_tokens": 100, "input_image_tokens": 60, "output_tokens": 50, "output_image_tokens": 50}, 2_800_000),
        ({"input_tokens": 100, "input_audio_tokens": 100, "output_tokens": 10}, 500_000),
    ],
    ids=["no audio, though asked", "audio that has no price"],
)
def test_tokens_of_images_have_prices_of_their_own(used: dict[str, Any], nanousd: int) -> None:
    cost = price("openai", "gpt-image-1", **used)

    # 40 x $5 + 60 x $10 + 50 x $40 a million; sound costs as text at least, and text has no price as output.
    assert cost.nanousd == nanousd


@pytest.mark.parametrize(
    ("provider", "model", "host", "context", "times"),
    [
        ("openai", "gpt-6-astra", "api.openai.com", {}, "1"),
        ("openai", "gpt-6-astra", "eu.api.openai.com", {}, "1.1"),
        ("openai", "gpt-4o", "eu.api.openai.com", {}, "1"),
        ("vertex", "gemini-3.6-flash", "aiplatform.googleapis.com", {}, "1"),
        ("vertex", "gemini-3.6-flash", "europe-west4-aiplatform.googleapis.com", {}, "1.1"),
        ("vertex", "gemini-3.6-flash", "aiplatform.eu.rep.googleapis.com", {}, "1.1"),
        ("vertex", "gemini-3.6-flash", "aiplatform.googleapis.com", {"region": "europe-west1"}, "1.1"),
        ("vertex", "gemini-3.6-flash", "us-central1-aiplatform.googleapis.com", {"region": "global"}, "1"),
        ("anthropic", "claude-sonnet-5", "api.anthropic.com", {"inference_geo": "us"}, "1.1"),
        ("anthropic", "claude-opus-5-5", "api.anthropic.com", {"speed": "fast"}, "2"),
    ],
)
def test_where_and_how_fast_it_is_done_multiplies_the_price(
    provider: str, model: str, host: str, context: dict[str, str], times: str
) -> None:
    standard = price(provider, model, **CHAT).nanousd
    cost = price(provider, model, host=host, context=context, **CHAT)

    assert standard is not None
    assert cost.nanousd == standard * Decimal(times)
    assert cost.rate_card.get("times", "1") == times


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("cohere", "command-a-plus-05-2026"),
        ("ollama", "llama3"),
        ("nvidia", "nvidia/nv-rerankqa-mistral-4b-v3"),
        ("openai", "omni-moderation-latest"),
    ],
)
def test_zeros_alone_are_no_price(provider: str, model: str) -> None:
    assert price(provider, model, **CHAT) == Cost(None, "unpriced", ("empty_price",))


@pytest.mark.parametrize(
    ("provider", "model", "tier", "context", "used", "reason"),
    [
        ("mistral", "codestral-2508", "scale", {}, CHAT, "no_price:service_tier=scale"),
        ("anthropic", "claude-sonnet-4-5", None, {"speed": "fast"}, CHAT, "no_price:speed=fast"),
        ("bedrock", "amazon.nova-pro-v1:0", None, {"latency": "optimized"}, CHAT, "no_price:latency=optimized"),
        ("azure", "model-router", None, {}, CHAT, "no_price:output_tokens"),
        (
            "openai",
            "gpt-image-1.5",
            None,
            {"size": "1024x1024"},
            {"input_tokens": 1, "units": {"images": 1}},
            "no_price:images",
        ),
    ],
    ids=["tier", "speed", "latency", "a fee for routing alone", "quality"],
)
def test_what_the_list_does_not_price_is_named(
    provider: str, model: str, tier: str | None, context: dict[str, str], used: dict[str, Any], reason: str
) -> None:
    cost = price(provider, model, tier=tier, context=context, **used)

    assert (cost.status, cost.reasons) == ("partial", (reason,))


def test_a_price_of_today_is_doubtful_for_a_call_of_long_ago() -> None:
    old, recent = (price("groq", "openai/gpt-oss-120b", at=at, **CHAT) for at in (datetime(2026, 9, 1, tzinfo=UTC), AT))

    assert (old.nanousd, old.status, old.reasons) == (recent.nanousd, "partial", ("undated_price",))


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("dashscope", "qwen3-max"),
        ("deepinfra", "deepseek-ai/DeepSeek-V3.1"),
        ("sambanova", "Meta-Llama-3.3-70B-Instruct"),
        ("vercel", "openai/gpt-4o"),
        ("jina", "jina-reranker-v2-base-multilingual"),
        ("nebius", "Qwen/Qwen3-32B"),
    ],
)
def test_providers_that_nobody_else_prices(provider: str, model: str) -> None:
    cost = price(provider, model, input_tokens=1_000)

    assert (cost.status, cost.source) == ("priced", "litellm")


@pytest.mark.parametrize(
    ("provider", "model", "is_known"),
    [("openai", "gpt-4o", True), ("openai", "GPT-4o", True), ("openai", "junk", False), ("openai", None, False)],
)
def test_it_tells_which_models_it_knows(provider: str, model: str | None, is_known: bool) -> None:
    assert LiteLLM().knows(provider, model) is is_known
    assert LiteLLM().knows_provider(provider)
    assert not LiteLLM().knows_provider("nobody")


def test_the_same_prices_are_the_same_card() -> None:
    source = LiteLLM()
    asked = [Consumption("openai", ("gpt-4o",), Usage(input_tokens=count), AT) for count in (1, 2)]

    assert source.card(asked[0]) is source.card(asked[1])


def test_junk_does_not_fill_the_memory() -> None:
    source = LiteLLM()

    for number in range(10_000):
        source.card(Consumption("openai", (f"junk-{number}",), Usage(), AT, context={"size": f"{number}x1"}))

    assert len(source._lines) <= 4096
    assert len(source._cards) == 0
