"""The prices of one model, compiled to price calls in integers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import NamedTuple

from .amounts import (
    ANNOTATED_PAGES,
    CACHED_AUDIO,
    CACHED_IMAGE,
    DURATION,
    INPUT_VIDEO,
    MACHINE,
    OUTPUT_VIDEO,
    PAGES,
    REQUESTS,
    Amounts,
)
from .rate import Rate

EXACT = "exact"
FUZZY = "fuzzy"
_NANO = 1_000_000_000
# The general price of an amount that has none of its own in any source, where this is certain: if a provider lists no
# price for its cache, cached input is billed as input.
_COSTS_AS = {
    "cache_read_tokens": ("input_tokens",),
    "cache_write_tokens": ("input_tokens",),
    "input_image_tokens": ("input_tokens",),
    CACHED_IMAGE: ("cache_read_tokens", "input_tokens"),
    INPUT_VIDEO: ("input_tokens",),
    "reasoning_tokens": ("output_tokens",),
}
# Shares of a total: before they cost as much as that, the next source is asked.
SHARES = tuple(_COSTS_AS)
CACHE_READS = frozenset({"cache_read_tokens", CACHED_IMAGE})
CACHE_WRITES = "cache_write_tokens"
# The lower bound of such a price, where it is not certain; the amount is reported as not priced.
_COSTS_AT_LEAST = {
    "cache_write_1h_tokens": ("cache_write_tokens", "input_tokens"),
    CACHED_AUDIO: ("cache_read_tokens", "input_tokens"),
    "input_audio_tokens": ("input_tokens",),
    "output_audio_tokens": ("output_tokens",),
    "output_image_tokens": ("output_tokens",),
    OUTPUT_VIDEO: ("output_tokens",),
    ANNOTATED_PAGES: (PAGES,),
}
# No provider bills these by themselves.
_NEVER_BILLED = frozenset({REQUESTS, DURATION, MACHINE, "web_fetch_requests", "computer_calls"})


# Sound that is billed by its length is not billed by the token as well.
_TIMES = frozenset({"audio_seconds", "audio_milliseconds"})
_TOKENS = "_tokens"


class Price(NamedTuple):
    """Exact nano-USD as a fraction, the amounts that have no price, and those at the general price of their total."""

    numerator: int
    denominator: int
    missing: tuple[str, ...]
    general: tuple[str, ...] = ()


class _Line(NamedTuple):
    """The price of one unit, over the band's denominator. Without its own, it is at least that of `general`."""

    numerator: int
    minimum: int = 0
    is_own: bool = False
    is_general: bool = False


class _Band(NamedTuple):
    denominator: int
    lines: Mapping[str, _Line]


@dataclass(frozen=True, eq=False)
class RateCard:
    """The prices of `model` (its id in `source`) by name of the ledger's column or unit.

    `match` says whether the model was found by its full name. `version` is the source's. `notes` are reservations for
    every call at these prices (`no_price:service_tier=scale`), as in `cost_reasons`. `free` is the reason if the model
    is free; `included` amounts cost nothing extra. `shares` are amounts within the output with a price of their own:
    if the usage does not state them, the price is a lower bound.
    """

    model: str
    source: str
    version: str
    rates: Mapping[str, Rate]
    match: str = EXACT
    notes: tuple[str, ...] = ()
    free: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    shares: tuple[str, ...] = ()
    included: frozenset[str] = frozenset()

    def price(self, billed: Amounts) -> Price:
        """Return the price of `billed`."""
        band = self._band(billed.input_tokens)
        whole, missing, general = 0, list[str](), list[str]()
        for name, amount in billed.by_name.items():
            line = band.lines.get(name)
            if line is None:
                missing.append(name)
                continue
            numerator, minimum, is_own, is_general = line
            whole += numerator * (max(amount, minimum) if minimum else amount)
            if not is_own:
                (general if is_general else missing).append(name)
        if missing and self._is_by_time and not _TIMES.isdisjoint(billed.by_name):
            missing = [name for name in missing if not name.endswith(_TOKENS)]
        return Price(whole, band.denominator, tuple(missing), tuple(general))

    def is_one_band(self, billed: Amounts) -> bool:
        """Tell whether all calls that `billed` sums up have the same prices."""
        return self._band(billed.input_tokens) is self._band(billed.input_at_most)

    def band_of(self, input_tokens: int) -> int:
        """Return the number of the band of prices that a call with that much input has."""
        return sum(input_tokens > above for above, _ in self._bands)

    @cached_property
    def description(self) -> dict[str, str]:
        """The card as stored in the ledger's column `rate_card`."""
        return {
            "model": self.model,
            "match": self.match,
            **self.details,
            **{name: str(rate) for name, rate in self.rates.items()},
        }

    @cached_property
    def _is_by_time(self) -> bool:
        """Whether sound has a price by its length, and nothing one by the token."""
        return not _TIMES.isdisjoint(self.rates) and not any(name.endswith(_TOKENS) for name in self.rates)

    def _band(self, input_tokens: int) -> _Band:
        for above, band in self._bands:
            if input_tokens > above:
                return band
        return self._bands[-1][1]

    @cached_property
    def _bands(self) -> list[tuple[int, _Band]]:
        """From the highest step down; the last band holds from 0 input tokens."""
        steps = {above for rate in self.rates.values() for above, _ in rate.steps}
        return [(above, self._compiled(above + 1)) for above in sorted({-1, *steps}, reverse=True)]

    def _compiled(self, input_tokens: int) -> _Band:
        own = {name: Fraction(rate.at(input_tokens)) * _NANO / rate.per for name, rate in self.rates.items()}
        denominator = lcm(*(price.denominator for price in own.values()))
        lines = dict.fromkeys(_NEVER_BILLED, _Line(0, is_own=True))
        lines |= {name: self._line(name, price, denominator) for name, price in own.items()}
        for is_enough, chains in ((True, _COSTS_AS), (False, _COSTS_AT_LEAST)):
            for name, chain in chains.items():
                instead = next((own[one] for one in chain if one in own), None)
                if name not in own and instead is not None:
                    lines[name] = _Line(_over(instead, denominator), is_general=is_enough)
        lines |= {name: _Line(0, is_own=True) for name in self.included - lines.keys()}
        return _Band(denominator, lines)

    def _line(self, name: str, price: Fraction, denominator: int) -> _Line:
        return _Line(_over(price, denominator), self.rates[name].minimum, is_own=True)


def price_of(name: str, rates: Mapping[str, Rate]) -> Rate | None:
    """Return the price at which `name` counts by `rates`: its own, else that of its total, maybe a lower bound."""
    chain = (name, *_COSTS_AS.get(name, ()), *_COSTS_AT_LEAST.get(name, ()))
    return next((rates[one] for one in chain if one in rates), None)


def general_price(name: str, rates: Mapping[str, Rate]) -> Rate | None:
    """Return the price that `name`, a share without its own price, has by `rates`: that of its total."""
    return next((rates[one] for one in _COSTS_AS.get(name, ()) if one in rates), None)


def _over(price: Fraction, denominator: int) -> int:
    return price.numerator * (denominator // price.denominator)
