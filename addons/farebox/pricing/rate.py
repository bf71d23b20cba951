"""One price: USD for a number of units."""

from dataclasses import dataclass, replace
from decimal import Context, Decimal, Inexact
from functools import reduce

MILLION = 1_000_000
HOUR_MS = 3_600_000
_PER = {1: "each", 1_000: "per thousand", MILLION: "per million", 3_600: "per hour", HOUR_MS: "per hour"}
_EXACT = Context(prec=200, traps=[Inexact])


@dataclass(frozen=True, slots=True)
class Rate:
    """`usd` for `per` units; `steps` are (input tokens, usd): above that number, the price holds for the whole call.

    A call that has any units is billed for at least `minimum`. `source` is set if it differs from the card's.
    """

    usd: Decimal
    per: int = MILLION
    steps: tuple[tuple[int, Decimal], ...] = ()
    minimum: int = 0
    source: str | None = None

    def at(self, input_tokens: int) -> Decimal:
        """Return the price for `per` units in a call with that many input tokens."""
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
    """Return the exact product; Inexact if it has more than 200 digits."""
    return reduce(_EXACT.multiply, factors, Decimal(1))


def _per(number: int) -> str:
    if number > HOUR_MS and number % HOUR_MS == 0:
        return f"per {number // HOUR_MS} hours"
    return _PER.get(number, f"per {number}")


def _plain(usd: Decimal) -> str:
    return f"{usd.normalize(_EXACT):f}"
