"""Search APIs have dated prices with sources, and own prices go first."""

from datetime import UTC, datetime

import msgspec
import pytest
from farebox.config.price_rules import PriceRule
from farebox.pricing.consumption import Consumption
from farebox.pricing.search_apis import search_apis
from farebox.pricing.standard import standard
from farebox.records.usage import Usage

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def asked(provider: str, number: int = 2) -> Consumption:
    return Consumption(provider, (), Usage(units={"search_units": number}), AT)


@pytest.mark.parametrize(
    ("provider", "nanousd"),
    [("serper", 2_000_000), ("tavily", 16_000_000), ("serpapi", 30_000_000), ("firecrawl", None)],
)
def test_a_search_costs_its_credits(provider: str, nanousd: int | None) -> None:
    cost = standard().price(asked(provider))

    assert cost.nanousd == nanousd
    assert cost.source == (None if nanousd is None else "farebox")


def test_own_prices_go_first() -> None:
    rule = {"match": {"provider": "serper"}, "per_unit": {"search_units": "0.0003"}}

    cost = standard(msgspec.convert([rule], tuple[PriceRule, ...], strict=False)).price(asked("serper"))

    assert (cost.nanousd, cost.source) == (600_000, "override")


def test_each_price_says_where_it_was_read_and_when() -> None:
    names = [one.rule.name for one in search_apis().compiled_rules]

    assert names
    assert all("https://" in name and "2026" in name for name in names)
