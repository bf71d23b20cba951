"""What a cache saved: the price of new input less that of input from the cache. Pure."""

import re
from decimal import Decimal
from functools import lru_cache

from ..records.record import Record
from .cost import ON_PLAN
from .rate import MILLION, Rate

_PER = {"each": 1, "per thousand": 1_000, "per million": MILLION}
_TEXT = re.compile(r"(?P<prices>[\d., a-z]*?) (?P<per>each|per thousand|per million)\b")
_NANO = 1_000_000_000


def cache_saved_nanousd(record: Record) -> int | None:
    """Return what the tokens that `record` read from a cache would have cost more as new input, in nano-USD.

    None if it read none, if its rate card doesn't have both prices, or if a plan has paid. The cost of writing to the
    cache isn't deducted.
    """
    card, cached = record.rate_card or {}, record.cache_read_tokens
    if not cached or record.cost_status == ON_PLAN or "input_tokens" not in card or "cache_read_tokens" not in card:
        return None
    new, read = parsed(card["input_tokens"]), parsed(card["cache_read_tokens"])
    if new is None or read is None:
        return None
    at = record.input_tokens or 0
    return max(0, round(cached * (new.at(at) / new.per - read.at(at) / read.per) * _NANO))


@lru_cache(maxsize=1024)
def parsed(text: str) -> Rate | None:
    """Return the Rate that a rate card describes by `text`, without minimum and source; None if it is none."""
    found = _TEXT.match(text)
    if found is None:
        return None
    first, *later = found["prices"].split(", ")
    try:
        steps = [step.split(" above ") for step in later]
        return Rate(
            Decimal(first),
            _PER[found["per"]],
            tuple((int(above), Decimal(usd)) for usd, above in steps),
        )
    except (ArithmeticError, ValueError):
        return None
