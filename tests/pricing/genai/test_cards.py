"""A rate card from the prices that were chosen."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from farebox.pricing.genai.cards import Chosen, card
from farebox.pricing.rate import Rate
from genai_prices.types import StartDateConstraint, TimeOfDateConstraint

from tests.support.genai import edition, model, price, prices, variant


def at_beijing(day: str, hour: int) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+08:00")


def test_the_card_tells_what_it_was_chosen_by() -> None:
    at = at_beijing("2026-11-06", 10)
    peak = price("deepseek/deepseek-v4-pro", at, input_tokens=1).rate_card
    early = price("deepseek/deepseek-v4-flash", at - timedelta(days=78), input_tokens=1).rate_card
    flex = price("azure/gpt-5", tier="flex", input_tokens=1).rate_card

    assert (peak["effective_from"], peak["hours"]) == ("2026-08-17", "01:00 to 04:00 UTC")
    assert (early["effective_from"], early["times"]) == ("2026-08-17", "2")
    assert (flex["provider"], flex["service_tier"], flex["effective_from"]) == ("openai", "flex", "2026-10-12")


MODEL = model(
    "m",
    (None, prices(input_mtok="2", output_mtok="8", web_searches_kcount="10")),
    (StartDateConstraint(date(2026, 8, 17)), prices(input_mtok="3", output_mtok="9")),
    (TimeOfDateConstraint(time(22), time(2, 30)), prices(input_mtok="6", output_mtok="18")),
    variants=[
        variant({"service_tier": "flex"}, prices(input_mtok="1"), StartDateConstraint(date(2026, 10, 12))),
        variant({"speed": "fast"}, prices(input_mtok="4", output_mtok="16")),
    ],
)
CATALOGUE = edition(
    openai=[
        MODEL,
        model("gpt-image-1", (None, prices(input_mtok="5", output_mtok="40"))),
        model("gpt-image-1.5", (None, prices(input_mtok="5", output_mtok="40", output_image_mtok="50"))),
        model("odd", (None, prices(input_mtok="5", input_gpixels="1"))),
        model("x:free", (None, prices())),
        model("empty", (None, prices())),
    ]
)


def usd(chosen: Chosen) -> dict[str, str]:
    return {name: str(rate.usd) for name, rate in card(CATALOGUE, chosen).rates.items()}


def test_a_card_names_its_model_source_version_and_match() -> None:
    found = card(CATALOGUE, Chosen("openai/m", "fuzzy", 0, notes=("stale_alias",)))

    assert (found.model, found.source, found.version, found.match) == ("m", "genai-prices", "1", "fuzzy")
    assert (found.notes, found.free, found.shares) == (("stale_alias",), None, ())
    assert found.details == {"provider": "openai"}


@pytest.mark.parametrize(
    ("chosen", "expected", "details"),
    [
        (Chosen("openai/m", "exact", 0), ("2", "8"), {}),
        (Chosen("openai/m", "exact", 1), ("3", "9"), {"effective_from": "2026-08-17"}),
        (
            Chosen("openai/m", "exact", 1, window=2),
            ("6", "18"),
            {"effective_from": "2026-08-17", "hours": "22:00 to 02:30 UTC"},
        ),
        (Chosen("openai/m", "exact", 0, window=2, times=2), ("4", "16"), {"hours": "22:00 to 02:30 UTC", "times": "2"}),
        (
            Chosen("openai/m", "exact", 1, (0,)),
            ("1", "9"),
            {"effective_from": "2026-10-12", "service_tier": "flex"},
        ),
        # Of two variants, the first has the say in what both state.
        (
            Chosen("openai/m", "exact", 0, (0, 1)),
            ("1", "16"),
            {"effective_from": "2026-10-12", "service_tier": "flex", "speed": "fast"},
        ),
        (
            Chosen("openai/m", "exact", 0, uplift=Decimal("1.1")),
            ("2.2", "8.8"),
            {"region": "1.1 times the price of tokens"},
        ),
        (
            Chosen("openai/m", "exact", 0, window=2, times=2, uplift=Decimal("1.1")),
            ("4.4", "17.6"),
            {"hours": "22:00 to 02:30 UTC", "times": "2", "region": "1.1 times the price of tokens"},
        ),
    ],
)
def test_prices_are_those_chosen_and_the_card_says_by_what(
    chosen: Chosen, expected: tuple[str, str], details: dict[str, str]
) -> None:
    found = card(CATALOGUE, chosen)

    assert (found.rates["input_tokens"], found.rates["output_tokens"]) == tuple(Rate(Decimal(one)) for one in expected)
    assert found.details == {"provider": "openai", **details}


@pytest.mark.parametrize(("times", "fee"), [(1, 10), (2, 20)])
def test_a_region_leaves_fees_alone_and_peak_hours_do_not(times: int, fee: int) -> None:
    chosen = Chosen("openai/m", "exact", 0, window=2 if times == 2 else None, times=times, uplift=Decimal("1.1"))

    assert card(CATALOGUE, chosen).rates["web_search_requests"] == Rate(Decimal(fee), 1_000)


def test_a_model_that_only_draws_has_the_price_of_its_output_for_images() -> None:
    found = card(CATALOGUE, Chosen("openai/gpt-image-1", "exact", 0))

    assert found.rates["output_image_tokens"] == found.rates["output_tokens"] == Rate(Decimal(40))
    assert found.shares == ()


def test_a_model_that_draws_and_writes_needs_to_know_which() -> None:
    found = card(CATALOGUE, Chosen("openai/gpt-image-1.5", "exact", 0))

    assert (found.rates["output_tokens"], found.rates["output_image_tokens"]) == (Rate(Decimal(40)), Rate(Decimal(50)))
    assert found.shares == ("output_image_tokens",)


def test_prices_of_unknown_units_are_named() -> None:
    found = card(CATALOGUE, Chosen("openai/odd", "exact", 0, notes=("stale_alias",)))

    assert found.notes == ("stale_alias", "no_price:input_gpixels")
    assert usd(Chosen("openai/odd", "exact", 0)) == {"input_tokens": "5"}


@pytest.mark.parametrize(("name", "free"), [("x:free", "free_model"), ("empty", None), ("m", None)])
def test_a_model_is_free_only_if_its_name_says_so(name: str, free: str | None) -> None:
    assert card(CATALOGUE, Chosen(f"openai/{name}", "exact", 0)).free == free
