"""One price: USD for so many of a unit."""

from dataclasses import dataclass, replace
from decimal import Context, Decimal, Inexact
from functools import reduce

MILLION = 1_000_000
HOUR_MS = 3_600_000
_PER = {1: "each", 1_000: "per thousand", MILLION: "per million", 3_600: "per hour", HOUR_MS: "per hour"}
_EXACT = Context(prec=200, traps=[Inexact])


@dataclass(frozen=True, slots=True)
class Rate:
    """`usd` for `per` of a unit; `steps` are (input tokens, usd): above so many, all of the call is at that price.

    Of each call that has any, at least `minimum` units are billed. `source` says where the price is from, where that is
    not where its card is from.
    """

    usd: Decimal
    per: int = MILLION
    steps: tuple[tuple[int, Decimal], ...] = ()
    minimum: int = 0
    source: str | None = None

    def at(self, input_tokens: int) -> Decimal:
        """Return the price for `per` in a call with so many input tokens."""
        return next((usd for above, usd in reversed(self.steps) if input_tokens > above), self.usd)

    def times(self, multiplier: Decimal) -> "Rate":
        """Return the price multiplied, exactly."""
        steps = tuple((above, exact_product(usd, multiplier)) for above, usd in self.steps)
        return replace(self, usd=exact_product(self.usd, multiplier), steps=steps)

    def __str__(self) -> str:
        prices = ", ".join([_plain(self.usd), *(f"{_plain(usd)} above {above}" for above, usd in self.steps)])
        at_least = f", at least {self.minimum}" if self.minimum else ""
        source = f" ({self.source})" if self.source else ""
        return f"{prices} {_per(self.per)}{at_least}{source}"


def exact_product(*factors: Decimal) -> Decimal:
    """Return the product, of which no digit is rounded away."""
    return reduce(_EXACT.multiply, factors, Decimal(1))


def _per(number: int) -> str:
    if number > HOUR_MS and number % HOUR_MS == 0:
        return f"per {number // HOUR_MS} hours"
    return _PER.get(number, f"per {number}")


def _plain(usd: Decimal) -> str:
    return f"{usd.normalize(_EXACT):f}"
