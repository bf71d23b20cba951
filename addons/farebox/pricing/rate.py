"""One price: USD for so many of a unit."""

from dataclasses import dataclass
from decimal import Decimal

MILLION = 1_000_000
_PER = {1: "each", 1_000: "per thousand", MILLION: "per million"}


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

    def __str__(self) -> str:
        prices = ", ".join([_plain(self.usd), *(f"{_plain(usd)} above {above}" for above, usd in self.steps)])
        at_least = f", at least {self.minimum}" if self.minimum else ""
        source = f" ({self.source})" if self.source else ""
        return f"{prices} {_PER.get(self.per, f'per {self.per}')}{at_least}{source}"


def _plain(usd: Decimal) -> str:
    return f"{usd.normalize():f}"
