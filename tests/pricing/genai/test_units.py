"""No price of the catalogue is lost on the way to ours."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from farebox.pricing.genai.edition import bundled, conditions
from farebox.pricing.genai.units import UNITS, Prices, rates, stated, without_unit
from genai_prices.types import Tier, TieredPrices
from genai_prices.units import _get_registry

from tests.support.genai import price

PRICES = [
    (f"{provider.id}/{model.id}", stated(one.prices))
    for provider in bundled().providers
    for model in provider.models
    for one in (*conditions(model), *(model.price_variants or ()))
]


def keys() -> Iterator[str]:
    return (key for _, prices in PRICES for key in prices)


def test_every_price_key_in_use_is_an_amount_of_ours() -> None:
    assert len(PRICES) > 2_500
    assert set(keys()) - set(UNITS) == set()


@pytest.mark.parametrize("key", UNITS)
def test_prices_are_for_as_many_as_the_catalogue_says(key: str) -> None:
    per = _get_registry().unit_for_price_key(key).per

    assert {unit.per for unit in UNITS[key]} <= {per, per * 1_000}
    assert UNITS[key][0].per == per


def test_an_hour_of_audio_has_one_price() -> None:
    both = [(ref, prices) for ref, prices in PRICES if {"audio_hours", "input_audio_hours"} <= prices.keys()]

    assert both
    assert [ref for ref, prices in both if prices["audio_hours"] != prices["input_audio_hours"]] == []


def test_a_price_without_an_amount_is_told() -> None:
    prices: Prices = {"input_mtok": Decimal(1), "input_gpixels": Decimal(2)}

    assert without_unit(prices) == ("input_gpixels",)
    assert list(rates(prices, "a/b")) == ["input_tokens"]


def test_a_rate_is_told_in_the_catalogues_words() -> None:
    tiered = TieredPrices(Decimal(3), [Tier(200_000, Decimal(6))])
    told = rates({"input_mtok": tiered, "audio_hours": Decimal("0.04")}, "groq/whisper-large-v3-turbo")

    assert {name: str(rate) for name, rate in told.items()} == {
        "input_tokens": "3, 6 above 200000 per million",
        "audio_seconds": "0.04 per hour, at least 10",
        "audio_milliseconds": "0.04 per hour, at least 10000",
    }


@pytest.mark.parametrize(("unit", "heard"), [("audio_seconds", 3), ("audio_milliseconds", 3_000)])
def test_groq_bills_ten_seconds_at_least(unit: str, heard: int) -> None:
    cost = price("groq/whisper-large-v3-turbo", units={unit: heard})

    assert (cost.nanousd, cost.status) == (round(10 * 40_000_000 / 3_600), "priced")
