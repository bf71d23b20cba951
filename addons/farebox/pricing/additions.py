"""Prices that neither catalogue has, or only for other conditions: a dated table in the form of own prices."""

from functools import cache
from pathlib import Path

import msgspec
import yaml

from ..config.price_rules import PriceRule
from .exchange_rates import ExchangeRates
from .overrides import Overrides
from .search_apis import NAME


def additions(exchange: ExchangeRates | None = None) -> Overrides:
    """Return the table as a source of prices, ahead of the catalogues: each line names the calls that it is for."""
    return Overrides(_lines(), NAME, exchange)


@cache
def _lines() -> tuple[PriceRule, ...]:
    lines = yaml.safe_load(Path(__file__).with_name("additions.yaml").read_text(encoding="utf-8"))
    return msgspec.convert(lines, tuple[PriceRule, ...], strict=False)
