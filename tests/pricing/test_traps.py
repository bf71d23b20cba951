"""What the catalogue gets wrong in silence, and what we make of it. Arithmetic by hand, from the providers' pages."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from farebox.pricing.book import Book
from farebox.pricing.consumption import Consumption
from farebox.pricing.cost import Cost
from farebox.pricing.genai.edition import bundled, conditions
from farebox.pricing.genai.units import stated
from farebox.pricing.pricer import Pricer
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.providers.table import PROVIDERS, provider_of
from farebox.records.usage import Usage

AT = datetime(2026, 11, 4, 12, tzinfo=UTC)
MILLION = 1_000_000
PRICER = Pricer([Book()])


def asked(ref: str, at: datetime = AT, **more: Any) -> Consumption:
    provider, _, model = ref.partition("/")
    about = {name: more.pop(name) for name in ("host", "tier", "context", "duration_ms") if name in more}
    return Consumption(provider, (model,), Usage(**more), at, **about)


def price(ref: str, at: datetime = AT, **more: Any) -> Cost:
    return PRICER.price(asked(ref, at, **more))


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


def at_beijing(day: str, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}:00+08:00")


@pytest.mark.parametrize(
    ("model", "at", "usd"),
    [
        ("deepseek-v4-pro", at_beijing("2026-11-06", 10), "1.32"),
        ("deepseek-v4-pro", at_beijing("2026-11-06", 8, 59), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-11-06", 12), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-11-06", 14), "1.32"),
        ("deepseek-v4-pro", at_beijing("2026-11-06", 18), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-11-07", 10), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-11-08", 17), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-08-22", 10), "1.32"),
        ("deepseek-v4-pro", at_beijing("2026-08-23", 10), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-10-01", 10), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-10-08", 10), "1.32"),
        ("deepseek-v4-pro", at_beijing("2026-08-14", 10), "0.435"),
        ("deepseek-v4-pro", at_beijing("2026-08-17", 10), "1.32"),
        ("deepseek-v4-flash", at_beijing("2026-08-14", 10), "0.14"),
        ("deepseek-v4-flash", at_beijing("2026-08-20", 10), "0.44"),
        ("deepseek-v4-flash", at_beijing("2026-08-20", 20), "0.22"),
        ("deepseek-v4-flash", at_beijing("2026-10-20", 10), "0.3"),
        ("deepseek-flash", at_beijing("2026-10-24", 10), "0.15"),
        ("deepseek-flash", at_beijing("2026-10-23", 10), "0.3"),
    ],
    ids=str,
)
def test_peak_hours_are_those_of_working_days_since_there_are_any(model: str, at: datetime, usd: str) -> None:
    cost = price(f"deepseek/{model}", at, input_tokens=MILLION, output_tokens=0)

    assert cost.nanousd == int(Decimal(usd) * 10**9)
    assert cost.status == "priced"


def test_a_call_that_ends_in_peak_hours_is_billed_as_such() -> None:
    began = at_beijing("2026-11-06", 8, 59)
    costs = [
        price("deepseek/deepseek-v4-pro", began, duration_ms=lasted, input_tokens=MILLION, output_tokens=0).nanousd
        for lasted in (59_000, 60_000)
    ]

    assert costs == [660_000_000, 1_320_000_000]


def test_the_host_alone_says_who_bills() -> None:
    assert provider_of("api.openai.com.evil.example") is None
    assert provider_of("storage.googleapis.com") is None
    for pattern in ("https://api.openai.com.evil.example/", "https://api.openai.com/", "litellm", "OpenAI"):
        assert not PRICER.knows(pattern, "gpt-4o")
        assert price(f"{pattern.replace('/', '')}/gpt-4o", input_tokens=1).status == "unpriced"


def test_an_alias_that_went_on_is_not_believed() -> None:
    stale = price("mistral/mistral-large-latest", input_tokens=1_000, output_tokens=0)
    before = price("mistral/mistral-large-latest", datetime(2025, 11, 1, tzinfo=UTC), input_tokens=1, output_tokens=0)
    served = PRICER.price(
        Consumption("mistral", ("mistral-large-latest", "mistral-large-2512"), Usage(input_tokens=1_000), AT)
    )

    assert (stale.nanousd, stale.status, stale.reasons) == (2_000_000, "partial", ("stale_alias",))
    assert (before.nanousd, before.status) == (2_000, "priced")
    assert (served.nanousd, served.status) == (500_000, "priced")


def test_an_alias_that_went_on_is_left_to_the_next_source() -> None:
    cost = Pricer([Book(), Shelf()]).price(asked("mistral/mistral-large-latest", input_tokens=1_000))

    assert (cost.nanousd, cost.status, cost.source) == (500_000, "priced", "shelf")


@pytest.mark.parametrize(
    ("at", "usd", "status"),
    [
        (datetime(2025, 3, 1, 12, tzinfo=UTC), "0.27", "priced"),
        (datetime(2025, 3, 1, 20, tzinfo=UTC), "0.135", "priced"),
        (datetime(2026, 1, 1, 12, tzinfo=UTC), "0.27", "partial"),
        (datetime(2026, 5, 1, 2, tzinfo=UTC), "0.14", "priced"),
        (AT, "0.15", "priced"),
    ],
    ids=str,
)
def test_deepseeks_old_names_cost_what_they_stood_for(at: datetime, usd: str, status: str) -> None:
    cost = price("deepseek/deepseek-chat", at, input_tokens=MILLION, output_tokens=0)

    assert (cost.nanousd, cost.status) == (int(Decimal(usd) * 10**9), status)


def test_pictures_are_not_sold_at_the_price_of_text() -> None:
    drew: dict[str, Any] = {"input_tokens": 0, "output_tokens": 1_300}
    untold = price("gemini/gemini-2.5-flash-image", **drew)
    told = price("gemini/gemini-2.5-flash-image", **drew, output_image_tokens=1_290)
    only = price("openai/gpt-image-1", **drew)
    elsewhere = price("openrouter/google/gemini-2.5-flash-image", **drew, output_image_tokens=1_290)

    assert (untold.nanousd, untold.status, untold.reasons) == (
        1_300 * 2_500,
        "partial",
        ("no_share:output_image_tokens",),
    )
    assert (told.nanousd, told.status) == (1_290 * 30_000 + 10 * 2_500, "priced")
    assert (only.nanousd, only.status) == (1_300 * 40_000, "priced")
    assert (elsewhere.status, elsewhere.reasons) == ("partial", ("no_price:output_image_tokens",))


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


@pytest.mark.parametrize(("unit", "heard"), [("audio_seconds", 3), ("audio_milliseconds", 3_000)])
def test_groq_bills_ten_seconds_at_least(unit: str, heard: int) -> None:
    cost = price("groq/whisper-large-v3-turbo", units={unit: heard})

    assert (cost.nanousd, cost.status) == (round(10 * 40_000_000 / 3_600), "priced")


def test_the_card_tells_what_it_was_chosen_by() -> None:
    at = at_beijing("2026-11-06", 10)
    peak = price("deepseek/deepseek-v4-pro", at, input_tokens=1).rate_card
    early = price("deepseek/deepseek-v4-flash", at - timedelta(days=78), input_tokens=1).rate_card
    flex = price("azure/gpt-5", tier="flex", input_tokens=1).rate_card

    assert (peak["effective_from"], peak["hours"]) == ("2026-08-17", "01:00 to 04:00 UTC")
    assert (early["effective_from"], early["times"]) == ("2026-08-17", "2")
    assert (flex["provider"], flex["service_tier"], flex["effective_from"]) == ("openai", "flex", "2026-10-12")


class Shelf:
    """A source that has Mistral Large alone."""

    name = "shelf"
    version = "1"
    _card = RateCard("mistral-large-3", name, version, {"input_tokens": Rate(Decimal("0.5"))})

    def card(self, asked: Consumption) -> RateCard | None:
        return self._card if asked.models == ("mistral-large-latest",) else None

    def knows_provider(self, provider: str) -> bool:
        return provider == "mistral"

    def knows(self, provider: str, model: str | None) -> bool:
        return self.knows_provider(provider) and model == "mistral-large-latest"
