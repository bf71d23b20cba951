"""Check new prices before they replace the current ones."""

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from genai_prices.types import ClauseRegex, MatchLogic, ModelInfo, TieredPrices

from .edition import Edition, conditions
from .units import Prices, stated

_KEPT = Decimal("0.9")
_JUMP = 3
# The date can go back a little if the remark that named it is rewritten.
_SLACK = timedelta(days=31)
_JUMPS = Decimal("0.2")
_LEAST, _MOST, _DIGITS = Decimal("1e-12"), Decimal(1_000_000), 60
# Prices that are checked for jumps: the others follow them.
_MEASURED = ("input_mtok", "output_mtok")


class Change(NamedTuple):
    """The difference between new and current prices, in numbers of models."""

    models: int
    added: int
    removed: int
    repriced: int
    jumps: int


def change(old: Edition, new: Edition) -> Change:
    """Return how `new` differs from `old`."""
    before, after = old.models, new.models
    shared = before.keys() & after.keys()
    latest = [(_latest(before[ref]), _latest(after[ref])) for ref in shared]
    return Change(
        models=len(after),
        added=len(after.keys() - shared),
        removed=len(before.keys() - shared),
        repriced=sum(was != now for was, now in latest),
        jumps=sum(_jumps(was, now) for was, now in latest),
    )


def objections(old: Edition, new: Edition) -> Iterator[str]:
    """Yield the reasons not to replace `old` by `new`."""
    found = change(old, new)
    if found.models < _KEPT * len(old.models):
        yield f"they have {found.models} models, the current ones {len(old.models)}"
    if found.jumps > _JUMPS * max(len(old.models) - found.removed, 1):
        yield f"{found.jumps} models would cost more than {_JUMP} times as much, or less than a third"
    yield from itertools.islice(_faults(new), 1)
    was, now = old.dated, new.dated
    if was and (now is None or now < was - _SLACK):
        yield f"they are of {now or 'an unknown day'}, the current ones of {was}"


def _faults(new: Edition) -> Iterator[str]:
    for ref, model in new.models.items():
        if not all(map(_is_price, _all(model))):
            yield f"a price of {ref} is negative or out of range"
        if not all(map(_is_pattern, _patterns(model.match))):
            yield f"the name pattern of {ref} is invalid"


def _patterns(clause: MatchLogic) -> Iterator[str]:
    if isinstance(clause, ClauseRegex):
        yield clause.regex
    for one in (*getattr(clause, "or_", ()), *getattr(clause, "and_", ())):
        yield from _patterns(one)


def _is_pattern(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _latest(model: ModelInfo) -> Prices:
    """Return the last of the model's standard prices in the catalogue's order."""
    return stated(conditions(model)[-1].prices)


def _jumps(was: Prices, now: Prices) -> bool:
    return any(_is_jump(_base(was, key), _base(now, key)) for key in _MEASURED if key in was)


def _is_jump(was: Decimal, now: Decimal) -> bool:
    return now > _JUMP * was or was > _JUMP * now


def _base(prices: Mapping[str, Decimal | TieredPrices], key: str) -> Decimal:
    price = prices.get(key, Decimal())
    return price.base if isinstance(price, TieredPrices) else price


def _all(model: ModelInfo) -> Iterator[Decimal]:
    for one in (*conditions(model), *(model.price_variants or ())):
        for price in stated(one.prices).values():
            if isinstance(price, TieredPrices):
                yield price.base
                yield from (tier.price for tier in price.tiers)
            else:
                yield price


def _is_price(usd: Decimal) -> bool:
    return usd.is_finite() and len(usd.as_tuple().digits) <= _DIGITS and (usd == 0 or _LEAST <= usd < _MOST)
