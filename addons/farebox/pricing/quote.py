"""The prices of a model, their source, and the cost of a standard call."""

from collections.abc import Collection
from typing import NamedTuple

import msgspec

from ..records.usage import Usage
from .compiled_rule import ANY_MODEL
from .consumption import Consumption
from .cost import Cost
from .pricer import Pricer
from .ratecard import RateCard

# 10,000 tokens in, 4,000 of them from the cache, 1,000 out, in ten seconds.
STANDARD_CALL = Usage(input_tokens=10_000, cache_read_tokens=4_000, output_tokens=1_000)
STANDARD_MS = 10_000


class Quote(NamedTuple):
    """The prices that hold for a model at `providers`, and the cost of a standard call."""

    providers: tuple[str, ...]
    card: RateCard
    cost: Cost


def quotes(pricer: Pricer, providers: Collection[str], asked: Consumption) -> list[Quote]:
    """Return the prices of `asked` at each of `providers` that has any; providers with the same prices share a Quote.

    A price for any model does not show that a provider has this one: among several providers it is left out if another
    source knows the model, or if it is that of a search service, which prices no token.
    """
    sellers: dict[int, list[Consumption]] = {}
    for provider in providers:
        here = msgspec.structs.replace(asked, provider=provider)
        card = pricer.card(here)
        if card is not None:
            sellers.setdefault(id(card), []).append(here)
    found = [_quote(pricer, same) for same in sellers.values()]
    known = [one for one in found if one.card.model != ANY_MODEL]
    return known or [one for one in found if len(providers) == 1 or one.cost.nanousd is not None]


def _quote(pricer: Pricer, same: list[Consumption]) -> Quote:
    card = pricer.sheet(same[0])
    assert card is not None
    return Quote(tuple(one.provider for one in same), card, pricer.price(same[0]))
