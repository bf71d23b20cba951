"""Catalogues compared on the same call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from farebox.pricing.book import Book
from farebox.pricing.comparison import SAMPLES, Comparer, Comparison, agree, models
from farebox.pricing.consumption import Consumption
from farebox.pricing.fallback import LiteLLM
from farebox.pricing.litellm.fields import MODES
from farebox.pricing.pricer import Pricer
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class Shelf:
    """A source with one price list for all models."""

    name: str
    rates: Mapping[str, Rate]
    version: str = "7"

    def card(self, _asked: Consumption) -> RateCard | None:
        return RateCard("m", self.name, self.version, self.rates)

    def knows_provider(self, _provider: str) -> bool:
        return True

    def knows(self, _provider: str, model: str | None) -> bool:
        return model is not None


def shelf(name: str, usd: str, **more: str) -> Shelf:
    rates = {"input_tokens": usd, "output_tokens": "8", **more}
    return Shelf(name, {amount: Rate(Decimal(price)) for amount, price in rates.items()})


def compared(*sources: Shelf, mode: str = "chat") -> list[Comparison]:
    return list(Comparer(sources, Pricer(sources)).compare("acme", "m", mode, AT))


def test_a_call_is_priced_by_each_source() -> None:
    one, long = compared(shelf("a", "2"), shelf("b", "2", cache_read_tokens="0.2"))

    # 10,000 x $2 + 1,000 x $8 a million; in b, 4,000 of the input cost a tenth, which is used where a has no price.
    assert one.nanousd == {"a": 28_000_000, "b": 20_800_000}
    assert (one.model, one.used.nanousd, one.used.source, one.is_agreed) == ("acme/m", 20_800_000, "a", False)
    # 300,000 x $2 + 1,000 x $8 a million.
    assert (long.nanousd, long.is_agreed) == ({"a": 608_000_000, "b": 608_000_000}, True)


def test_a_source_that_leaves_something_out_is_not_compared() -> None:
    assert compared(shelf("a", "2"), Shelf("b", {"input_tokens": Rate(Decimal(2))})) == []


def test_each_kind_of_model_has_calls_of_its_own() -> None:
    assert set(SAMPLES) | {"moderation"} == MODES
    assert [one.sample for one in compared(shelf("a", "2"), shelf("b", "2"), mode="embedding")] == ["10k in"]
    assert compared(shelf("a", "2"), shelf("b", "2"), mode="moderation") == []


@pytest.mark.parametrize(
    ("prices", "is_agreed"), [((100, 100), True), ((99, 100), True), ((98, 100), False), ((99, 100, 101), False)]
)
def test_within_one_per_cent_prices_agree(prices: tuple[int, ...], *, is_agreed: bool) -> None:
    assert agree(*prices) is is_agreed


def test_a_model_is_listed_once() -> None:
    found = [name.lower() for name, _ in models("together", Book(), LiteLLM())]

    assert len(found) == len(set(found)) > 90
