"""Prices of search APIs: a small dated table, in the form of the user's own prices."""

from functools import cache
from pathlib import Path

import msgspec
import yaml

from ..config.price_rules import PriceRule
from .overrides import Overrides

NAME = "farebox"


@cache
def search_apis() -> Overrides:
    """Return the table as a source of prices, below every catalogue."""
    lines = yaml.safe_load(Path(__file__).with_name("search_apis.yaml").read_text(encoding="utf-8"))
    return Overrides(msgspec.convert(lines, tuple[PriceRule, ...], strict=False), NAME)
