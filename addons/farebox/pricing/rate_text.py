"""Prices read back from the ledger's column `rate_card`."""

import re
from collections.abc import Mapping
from decimal import Decimal

from .rate import HOUR_MS, MILLION, Rate

_HOUR = 3_600
_WORDS = {"each": 1, "per thousand": 1_000, "per million": MILLION}
_RATE = re.compile(
    r"(?P<usd>[\d.]+)(?P<steps>(?:, [\d.]+ above \d+)*)"
    r" (?P<per>each|per thousand|per million|per hour|per \d+ hours|per \d+)"
    r"(?:, at least (?P<minimum>\d+))?(?: \((?P<source>[^)]*)\))?"
)
_STEP = re.compile(r", ([\d.]+) above (\d+)")


def rates_in(card: Mapping[str, str] | None) -> dict[str, Rate]:
    """Return the prices of a stored rate card, by name of the ledger's column or unit."""
    found = ((name, _rate(name, text)) for name, text in (card or {}).items())
    return {name: rate for name, rate in found if rate is not None}


def _rate(name: str, text: str) -> Rate | None:
    """Return the price that `text`, the text of a Rate, states; None for the card's other entries."""
    match = _RATE.fullmatch(text)
    if match is None:
        return None
    steps = tuple((int(above), Decimal(usd)) for usd, above in _STEP.findall(match["steps"]))
    return Rate(Decimal(match["usd"]), _per(name, match["per"]), steps, int(match["minimum"] or 0), match["source"])


def _per(name: str, words: str) -> int:
    if words in _WORDS:
        return _WORDS[words]
    if words == "per hour":
        # The ledger's lengths are in seconds or in milliseconds.
        return _HOUR if name.endswith("_seconds") else HOUR_MS
    number = int(words.split()[1])
    return number * HOUR_MS if words.endswith("hours") else number
