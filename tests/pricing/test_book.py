"""Prices by arithmetic written out from the providers' list prices."""

from datetime import UTC, datetime
from typing import Any

import pytest
from farebox.pricing import book
from farebox.pricing.consumption import Consumption
from farebox.pricing.cost import Cost
from farebox.pricing.standard import standard
from farebox.records.usage import Usage
from genai_prices import data_snapshot
from hypothesis import given
from hypothesis import strategies as st

AT = datetime(2026, 11, 1, tzinfo=UTC)
BEFORE_FLEX_WAS_LISTED = datetime(2026, 9, 1, tzinfo=UTC)
COUNTS = st.integers(0, 100_000)


def price(provider: str, model: str | None, *, tier: str | None = None, at: datetime = AT, **used: Any) -> Cost:
    models = (model,) if model else ()
    return standard().price(Consumption(provider, models, Usage(**used), at, tier=tier))


def test_gpt_4o_costs_its_list_price() -> None:
    cost = price("openai", "gpt-4o", input_tokens=1000, cache_read_tokens=800, output_tokens=200)

    assert cost.nanousd == 200 * 2_500 + 800 * 1_250 + 200 * 10_000
    assert (cost.status, cost.reasons, cost.source) == ("priced", (), "genai-prices")


def test_sonnet_costs_its_list_price_with_both_kinds_of_cache_writes() -> None:
    cost = price(
        "anthropic",
        "claude-sonnet-4-5",
        input_tokens=10_000,
        cache_read_tokens=4_000,
        cache_write_tokens=3_000,
        cache_write_1h_tokens=1_000,
        output_tokens=500,
    )

    assert cost.nanousd == 3_000 * 3_000 + 4_000 * 300 + 2_000 * 3_750 + 1_000 * 6_000 + 500 * 15_000
    assert cost.status == "priced"


def test_web_searches_cost_ten_usd_a_thousand() -> None:
    without = price("anthropic", "claude-sonnet-4-5", input_tokens=100, output_tokens=10)
    cost = price("anthropic", "claude-sonnet-4-5", input_tokens=100, output_tokens=10, units={"web_search_requests": 3})

    assert without.nanousd == 100 * 3_000 + 10 * 15_000
    assert cost.nanousd == 100 * 3_000 + 10 * 15_000 + 3 * 10_000_000
    assert cost.status == "priced"


def test_web_fetches_are_free_of_charge() -> None:
    cost = price("anthropic", "claude-sonnet-4-5", input_tokens=1, output_tokens=1, units={"web_fetch_requests": 9})

    assert (cost.nanousd, cost.status) == (3_000 + 15_000, "priced")


def test_flex_costs_half() -> None:
    used: dict[str, Any] = {"input_tokens": 1_000, "cache_read_tokens": 400, "output_tokens": 100}

    standard, flex = (price("openai", "gpt-5", tier=tier, **used) for tier in ("default", "flex"))

    assert standard.nanousd == 600 * 1_250 + 400 * 125 + 100 * 10_000
    assert flex.nanousd == 600 * 625 + 200 * 125 + 100 * 5_000
    assert (standard.status, flex.status) == ("priced", "priced")


@pytest.mark.parametrize("tier", [None, "default", "standard", "auto", "on_demand", "ON_DEMAND"])
def test_a_standard_tier_is_the_list_price(tier: str | None) -> None:
    cost = price("openai", "gpt-4o", tier=tier, input_tokens=4, output_tokens=0)

    assert (cost.nanousd, cost.status) == (10_000, "priced")


@pytest.mark.parametrize(
    ("tier", "at"),
    [("imperial", AT), ("flex", BEFORE_FLEX_WAS_LISTED)],
    ids=["never heard of", "not listed at that time"],
)
def test_a_tier_without_prices_is_partial(tier: str, at: datetime) -> None:
    cost = price("openai", "gpt-5", tier=tier, at=at, input_tokens=100, output_tokens=10)

    assert cost.nanousd == 100 * 1_250 + 10 * 10_000
    assert (cost.status, cost.reasons) == ("partial", (f"no_price:service_tier={tier}",))


@pytest.mark.parametrize(
    ("provider", "model", "reason"),
    [
        ("openai", "gpt-99-imagined", "unknown_model"),
        ("openai", None, "unknown_model"),
        ("openai", "", "unknown_model"),
        ("unknown", "gpt-4o", "unknown_provider"),
        ("venice", "gpt-4o", "unknown_provider"),
        ("azure", "my-own-deployment", "unknown_model"),
    ],
)
def test_what_the_catalogue_does_not_know_is_unpriced(provider: str, model: str | None, reason: str) -> None:
    assert price(provider, model, input_tokens=1_000, output_tokens=1_000) == Cost(None, "unpriced", (reason,))


def test_an_empty_price_is_free_only_where_the_models_name_says_so() -> None:
    free = price("openrouter", "deepseek/deepseek-r1:free", input_tokens=1_000, output_tokens=1_000)
    empty = price("github_copilot", "gpt-4o", input_tokens=1_000, output_tokens=1_000)

    assert (free.nanousd, free.status, free.reasons) == (0, "free", ("free_model",))
    assert (empty.nanousd, empty.status, empty.reasons) == (None, "unpriced", ("empty_price",))


@pytest.mark.parametrize(
    ("used", "reason"),
    [
        ({"units": {"images": 2}}, "no_price:images"),
        ({"units": {"audio_seconds": 2}}, "no_price:audio_seconds"),
        ({"input_audio_tokens": 5}, "no_price:input_audio_tokens"),
        ({"output_audio_tokens": 5}, "no_price:output_audio_tokens"),
        ({"output_image_tokens": 5}, "no_price:output_image_tokens"),
        ({"cache_write_tokens": 5, "cache_write_1h_tokens": 5}, "no_price:cache_write_1h_tokens"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_amount_without_a_price_is_partial_and_named(used: dict[str, Any], reason: str) -> None:
    cost = price("openai", "gpt-4o", input_tokens=100, output_tokens=100, **used)

    assert cost.status == "partial"
    assert reason in cost.reasons


def test_none_of_an_amount_needs_no_price() -> None:
    cost = price("openai", "gpt-4o", input_tokens=4, output_tokens=1, input_audio_tokens=0, units={"images": 0})

    assert (cost.nanousd, cost.status) == (20_000, "priced")


def test_a_model_without_an_output_price_is_partial_where_there_is_output() -> None:
    silent = price("openai", "text-embedding-3-small", input_tokens=1_000, output_tokens=0)
    talking = price("openai", "text-embedding-3-small", input_tokens=1_000, output_tokens=7)

    assert (silent.nanousd, silent.status) == (20_000, "priced")
    assert (talking.nanousd, talking.status, talking.reasons) == (20_000, "partial", ("no_price:output_tokens",))


def test_more_cache_than_input_is_partial() -> None:
    cost = price("openai", "gpt-4o", input_tokens=10, cache_read_tokens=100, output_tokens=0)

    assert (cost.nanousd, cost.status, cost.reasons) == (100 * 1_250, "partial", ("cache_exceeds_input",))


def test_amounts_that_contradict_each_other_are_unpriced() -> None:
    cost = price("anthropic", "claude-sonnet-4-5", input_tokens=100, cache_write_tokens=5, cache_write_1h_tokens=50)

    assert cost == Cost(None, "unpriced", ("inconsistent_usage",))


def test_the_model_as_served_beats_the_model_asked_for() -> None:
    used = Usage(input_tokens=1_000_000, output_tokens=0)

    served, asked = (
        standard().price(Consumption("openai", models, used, AT))
        for models in (("gpt-4o", "gpt-5"), ("an-alias", "gpt-5"))
    )

    assert (served.nanousd, served.rate_card["model"]) == (2_500_000_000, "gpt-4o")
    assert (asked.nanousd, asked.rate_card["model"]) == (1_250_000_000, "gpt-5")


def test_the_rates_used_are_kept_with_the_cost() -> None:
    cost = price("openai", "gpt-4o", input_tokens=1, output_tokens=1)
    dated = price("openai", "gpt-4o-2024-08-06", input_tokens=1, output_tokens=1)
    prefixed = price("anthropic", "claude-sonnet-4-5-20250929", input_tokens=1, output_tokens=1)

    assert cost.version == book.catalogue_version()
    rates = {"input_tokens": "2.5", "cache_read_tokens": "1.25", "output_tokens": "10"}
    assert cost.rate_card.items() >= {name: f"{rate} per million" for name, rate in rates.items()}.items()
    assert [one.rate_card["match"] for one in (cost, dated, prefixed)] == ["exact", "exact", "fuzzy"]


def test_the_rate_card_shows_steps_of_a_price() -> None:
    card = price("anthropic", "claude-sonnet-4-5", input_tokens=1, output_tokens=1).rate_card

    assert card["input_tokens"] == "3, 6 above 200000 per million"


def test_the_catalogue_says_which_it_is() -> None:
    version, _, digest = book.catalogue_version().partition("+sha256.")

    assert version.count(".") == 2
    assert len(bytes.fromhex(digest)) == 6


@given(fresh=COUNTS, cached=COUNTS, output=COUNTS)
def test_any_amount_is_priced_to_the_nano_usd(fresh: int, cached: int, output: int) -> None:
    cost = price("openai", "gpt-4o", input_tokens=fresh + cached, cache_read_tokens=cached, output_tokens=output)

    assert cost.nanousd == fresh * 2_500 + cached * 1_250 + output * 10_000


def test_junk_of_any_kind_does_not_fill_the_memory() -> None:
    snapshot = data_snapshot.get_snapshot()
    before = (len(snapshot._lookup_cache), len(snapshot._provider_cache), len(snapshot._provider_misses))
    shelf = book.Book()

    for number in range(10_000):
        junk, used = f"junk-{number}", Usage(input_tokens=1)
        assert not shelf.knows("openai", junk)
        shelf.card(Consumption("openai", (junk, "gpt-4o"), used, AT, junk, tier=junk, context={"speed": junk}))

    for cache in (shelf._find, shelf._make, shelf._timeline):
        assert cache.cache_info().currsize <= 4096
    assert (len(snapshot._lookup_cache), len(snapshot._provider_cache), len(snapshot._provider_misses)) == before


@pytest.mark.parametrize(
    ("provider", "model", "is_known"),
    [
        ("openai", "gpt-4o", True),
        ("openai", "GPT-4o", True),
        ("openai", "junk", False),
        ("openai", None, False),
        ("unknown", "gpt-4o", False),
    ],
)
def test_the_catalogue_tells_which_models_it_knows(provider: str, model: str | None, is_known: bool) -> None:
    assert book.Book().knows(provider, model) is is_known


def test_a_cost_beyond_the_ledger_is_unpriced() -> None:
    cost = price("gemini", "gemini-2.5-flash", input_tokens=5, output_tokens=5, units={"web_search_requests": 10**12})

    assert cost == Cost(None, "unpriced", ("inconsistent_usage",))
