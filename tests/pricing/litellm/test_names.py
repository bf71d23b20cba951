"""Which line of the list a call is priced by."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from farebox.pricing.consumption import Consumption
from farebox.pricing.litellm.names import families, find, is_regional_endpoint, residence
from farebox.records.usage import Usage

from tests.support.litellm import CHAT, price, price_list

AWS = "bedrock-runtime.{}.amazonaws.com"


def asked(*models: str, provider: str = "openai", host: str = "", **context: str) -> Consumption:
    return Consumption(provider, models, Usage(), datetime(2026, 11, 24, tzinfo=UTC), host=host, context=context)


# Nano-USD per token are thousandths of USD per million.
@pytest.mark.parametrize(
    ("model", "region", "nanousd"),
    [
        ("qwen.qwen3-coder-next", "us-east-1", 1_000 * 500 + 1_000 * 1_200),
        ("qwen.qwen3-coder-next", "eu-west-2", 1_000 * 780 + 1_000 * 1_860),
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "eu-west-1", 1_000 * 3_300 + 1_000 * 16_500),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "eu-west-1", 1_000 * 3_000 + 1_000 * 15_000),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", "us-gov-west-1", 1_000 * 3_600 + 1_000 * 18_000),
        (
            "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us-gov.anthropic.claude-sonnet-5",
            "us-gov-west-1",
            1_000 * 2_400 + 1_000 * 12_000,
        ),
    ],
)
def test_a_region_and_a_geography_have_prices_of_their_own(model: str, region: str, nanousd: int) -> None:
    cost = price("bedrock", model, host=AWS.format(region), input_tokens=1_000, output_tokens=1_000)

    assert (cost.nanousd, cost.status, cost.rate_card["match"]) == (nanousd, "priced", "exact")


def test_a_geography_is_found_though_the_answer_leaves_it_out() -> None:
    """Claude's answers name the model alone."""
    asked = ("claude-sonnet-4-5-20250929", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0")

    cost = price("bedrock", *asked, host=AWS.format("eu-west-1"), input_tokens=1_000, output_tokens=0)

    assert cost.nanousd == 1_000 * 3_300


@pytest.mark.parametrize(
    ("provider", "model", "key"),
    [
        ("gemini", "models/gemini-2.5-flash", "gemini/gemini-2.5-flash"),
        ("vertex", "publishers/google/models/gemini-2.5-flash", "vertex_ai/gemini-2.5-flash"),
        ("vertex", "claude-opus-4-8@20260805", "vertex_ai/claude-opus-4-8"),
        (
            "fireworks",
            "accounts/fireworks/models/deepseek-v3p1",
            "fireworks_ai/accounts/fireworks/models/deepseek-v3p1",
        ),
    ],
)
def test_a_path_ends_with_the_models_name(provider: str, model: str, key: str) -> None:
    assert price(provider, model, input_tokens=1).rate_card["model"] == key


@pytest.mark.parametrize(
    ("model", "host", "match", "usd"),
    [
        ("gpt-4.1-mini-2025-04-14", "acme.openai.azure.com", "exact", "0.4"),
        ("eu/gpt-4.1-mini", "acme.openai.azure.com", "exact", "0.44"),
        ("us/gpt-4.1-mini-2025-04-14", "acme.openai.azure.com", "exact", "0.44"),
        ("gpt-5.1", "acme.openai.azure.us", "exact", "1.71875"),
        ("grok-4.6", "acme.services.ai.azure.com", "exact", "2"),
        ("gpt-4.1-mini-2099-01-01", "acme.openai.azure.com", "fuzzy", "0.4"),
    ],
)
def test_azures_zones_are_part_of_a_models_name(model: str, host: str, match: str, usd: str) -> None:
    card = price("azure", model, host=host, input_tokens=1).rate_card

    assert (card["match"], card["input_tokens"].partition(" ")[0].rstrip(",")) == (match, usd)


def test_a_tuned_model_is_priced_as_its_kind() -> None:
    cost = price("openai", "ft:gpt-4.1-mini-2025-04-14:acme::x1", **CHAT)

    assert (cost.nanousd, cost.rate_card["match"]) == (6_000 * 800 + 4_000 * 200 + 1_000 * 3_200, "fuzzy")


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ("openai", ("openai",)),
        ("fireworks", ("fireworks_ai",)),
        ("unheard-of", ("unheard-of",)),
    ],
)
def test_a_provider_has_names_of_litellms(provider: str, expected: tuple[str, ...]) -> None:
    assert families(provider) == expected


LISTED: Mapping[str, dict[str, Any]] = {
    "openai/m": {},
    "openai/n": {},
    "openai/us-east-1/n": {},
    "openai/us-gov/n": {},
    "openai/m-2026-11-01": {},
    "openai/ft:m": {},
    "openai/arn:x": {},
    "openai/dir/models/p": {},
}


@pytest.mark.parametrize(
    ("call", "key", "match"),
    [
        (asked("m"), "m", "exact"),
        (asked("M"), "m", "exact"),
        (asked("m-2026-11-01"), "m-2026-11-01", "exact"),
        (asked("m-2026-11-02"), "m", "fuzzy"),
        (asked("m-20261102"), "m", "fuzzy"),
        (asked("m@20261102"), "m", "fuzzy"),
        (asked("m@default"), "m", "fuzzy"),
        (asked("m-20261102-v1:0"), "m", "fuzzy"),
        (asked("m-20261102-v2"), "m", "fuzzy"),
        (asked("m-2026"), None, None),
        (asked("ft:m:acme::x1"), "ft:m", "fuzzy"),
        (asked("models/m"), "m", "exact"),
        (asked("publishers/google/models/m"), "m", "exact"),
        (asked("projects/p/locations/l/publishers/google/models/m"), "m", "exact"),
        (asked("dir/models/p"), "dir/models/p", "exact"),
        (asked("arn:aws:bedrock:us-east-1:123456789012:inference-profile/m"), "m", "exact"),
        (asked("arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/m"), "m", "exact"),
        (asked("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/m"), None, None),
        # As served before as asked for; a region's line before that of all regions.
        (asked("n", "m"), "n", "exact"),
        (asked("x", "m"), "m", "exact"),
        (asked("m", "n", host="a.us-east-1.example.com"), "us-east-1/n", "exact"),
        (asked("n", host="a.us-east-1.example.com"), "us-east-1/n", "exact"),
        (asked("n", host="a.us-west-2.example.com"), "n", "exact"),
        (asked("n", host="us-east-1x.example.com"), "n", "exact"),
        (asked("n", host="acme.openai.azure.us"), "us-gov/n", "exact"),
        (asked("m", host="acme.openai.azure.us"), "m", "exact"),
        (asked(), None, None),
        (asked("m", provider="azure"), None, None),
    ],
)
def test_a_name_finds_a_line(call: Consumption, key: str | None, match: str | None) -> None:
    found = find(price_list(**LISTED), call)

    assert (found and found.entry.key) == (f"openai/{key}" if key else None)
    assert (found and found.match) == match


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("eu.api.openai.com", "eu"),
        ("us.api.openai.com", "us"),
        ("api.openai.com", None),
        ("jp.api.openai.com", None),
        ("eu.apis.openai.com", None),
        ("x.eu.api.openai.com", None),
    ],
)
def test_a_host_tells_where_data_stays(host: str, expected: str | None) -> None:
    assert residence(host) == expected


@pytest.mark.parametrize(
    ("host", "region", "expected"),
    [
        ("europe-west4-aiplatform.googleapis.com", "", True),
        ("us-central1-aiplatform.googleapis.com", "", True),
        ("aiplatform.eu.rep.googleapis.com", "", True),
        ("aiplatform.googleapis.com", "", False),
        ("api.openai.com", "", False),
        ("api.openai.com", "europe-west1", True),
        ("us-central1-aiplatform.googleapis.com", "global", False),
    ],
)
def test_the_region_asked_for_goes_before_the_hosts(host: str, region: str, expected: bool) -> None:
    call = asked("m", host=host, **({"region": region} if region else {}))

    assert is_regional_endpoint(call) is expected


IMAGES: Mapping[str, dict[str, Any]] = {
    "openai/draw": {"input_cost_per_token": 1},
    "openai/low/1024-x-1024/draw": {"input_cost_per_image": 2},
    "openai/high/1024-x-1024/draw": {"input_cost_per_image": 4},
    "openai/paint": {"input_cost_per_token": 1},
    "openai/standard/512-x-512/paint": {"input_cost_per_image": 3},
    "openai/hd/512-x-512/paint": {"input_cost_per_image": 6},
    "openai/film": {"output_cost_per_second": 1},
    "openai/film-high-res": {"output_cost_per_second": 2},
    "openai/hd/256-x-256/alone": {"input_cost_per_image": 7},
}


@pytest.mark.parametrize(
    ("model", "context", "key", "fields"),
    [
        ("draw", {}, "draw", {"input_cost_per_token": 1}),
        ("draw", {"size": "auto"}, "draw", {"input_cost_per_token": 1}),
        (
            "draw",
            {"size": "1024x1024", "quality": "high"},
            "high/1024-x-1024/draw",
            {"input_cost_per_token": 1, "input_cost_per_image": 4},
        ),
        # Of several qualities the model chooses one, which is not known.
        ("draw", {"size": "1024x1024"}, "draw", {"input_cost_per_token": 1}),
        (
            "paint",
            {"size": "512x512"},
            "standard/512-x-512/paint",
            {"input_cost_per_token": 1, "input_cost_per_image": 3},
        ),
        (
            "paint",
            {"size": "512x512", "quality": "hd"},
            "hd/512-x-512/paint",
            {"input_cost_per_token": 1, "input_cost_per_image": 6},
        ),
        ("film", {"size": "1280x720"}, "film", {"output_cost_per_second": 1}),
        ("film", {"size": "1281x720"}, "film-high-res", {"output_cost_per_second": 2}),
        ("film", {"size": "720x1281"}, "film-high-res", {"output_cost_per_second": 2}),
        ("alone", {"size": "256x256", "quality": "hd"}, "hd/256-x-256/alone", {"input_cost_per_image": 7}),
    ],
)
def test_an_image_has_the_line_of_its_size_and_quality(
    model: str, context: dict[str, str], key: str, fields: dict[str, int]
) -> None:
    found = find(price_list(**IMAGES), asked(model, **context))

    assert found is not None
    assert (found.entry.key, found.entry.fields) == (f"openai/{key}", {n: Decimal(usd) for n, usd in fields.items()})
