"""The prices that hold for a model at each provider."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from farebox.config.price_rules import PriceRule
from farebox.pricing.consumption import Consumption
from farebox.pricing.overrides import Overrides
from farebox.pricing.pricer import Pricer
from farebox.pricing.quote import STANDARD_CALL, STANDARD_MS, quotes
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard

AT = datetime(2026, 11, 1, tzinfo=UTC)
ASKED = Consumption("", ("m",), STANDARD_CALL, AT, duration_ms=STANDARD_MS)
CHEAP = RateCard("m", "list", "7", {"input_tokens": Rate(Decimal(1)), "output_tokens": Rate(Decimal(4))})
DEAR = RateCard("m", "list", "7", {"input_tokens": Rate(Decimal(2)), "output_tokens": Rate(Decimal(8))})


class PriceList:
    """A source with a card for each provider."""

    name = "list"
    version = "7"

    def __init__(self, **cards: RateCard) -> None:
        self._cards = cards

    def card(self, asked: Consumption) -> RateCard | None:
        return self._cards.get(asked.provider) if asked.models == ("m",) else None

    def knows_provider(self, provider: str) -> bool:
        return provider in self._cards

    def knows(self, provider: str, model: str | None) -> bool:
        return self.knows_provider(provider) and model == "m"


class Searches(PriceList):
    """A source that has the price of a search alone."""

    name = "searches"


def rules(*written: dict[str, object]) -> Overrides:
    return Overrides(msgspec.convert(written, tuple[PriceRule, ...], strict=False))


def test_providers_with_the_same_card_are_one_quote() -> None:
    pricer = Pricer([PriceList(a=CHEAP, b=DEAR, c=CHEAP)])

    found = quotes(pricer, ["a", "b", "c", "nobody"], ASKED)

    assert [(one.providers, one.card) for one in found] == [(("a", "c"), CHEAP), (("b",), DEAR)]
    # 10,000 in at $1 and 1,000 out at $4 a million: input from the cache has no price of its own.
    assert [one.cost.nanousd for one in found] == [14_000_000, 28_000_000]


def test_a_model_that_nobody_has_has_no_quote() -> None:
    assert quotes(Pricer([PriceList(a=CHEAP)]), ["b"], ASKED) == []


def test_a_quote_shows_what_other_sources_add() -> None:
    fee = RateCard("m", "searches", "8", {"web_search_requests": Rate(Decimal(10), 1_000)})

    [found] = quotes(Pricer([PriceList(a=CHEAP), Searches(a=fee)]), ["a"], ASKED)

    assert found.card.rates.keys() == {"input_tokens", "output_tokens", "web_search_requests"}
    assert found.card.details == {"searches": "8"}


@pytest.mark.parametrize(
    ("model", "providers"), [("m", [("a",)]), ("other", [("a", "b")])], ids=["a known model", "an unknown model"]
)
def test_a_rule_for_any_model_is_left_out_where_somebody_has_the_model(
    model: str, providers: list[tuple[str, ...]]
) -> None:
    anything = rules({"match": {"provider": "b"}, "per_request": 1})
    both = rules({"match": {"host": "h"}, "per_request": 1})
    pricer = Pricer([PriceList(a=CHEAP)], anything if model == "m" else both)
    asked = msgspec.structs.replace(ASKED, models=(model,), host="h")

    found = quotes(pricer, ["a", "b"], asked)

    assert [one.providers for one in found] == providers


def test_a_standard_call_lasts_ten_seconds() -> None:
    hired = rules({"match": {"model": "m"}, "local": {"mode": "gpu_hour", "usd_per_hour": 36}})

    [found] = quotes(Pricer([], hired), ["local"], ASKED)

    # $36 an hour is $0.01 a second.
    assert found.cost.nanousd == 100_000_000
    assert (STANDARD_CALL.input_tokens, STANDARD_CALL.cache_read_tokens, STANDARD_CALL.output_tokens) == (
        10_000,
        4_000,
        1_000,
    )
