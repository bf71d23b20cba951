"""What a call cost, and how sure that is. Money is integer nano-USD (1e-9 USD)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

import msgspec

REPORTED = "reported"
PRICED = "priced"
PARTIAL = "partial"
ESTIMATED = "estimated"
FREE = "free"
UNPRICED = "unpriced"
NONE = "none"
# What stands in a rate card where the price is that of the whole call.
INCLUDED = "included"
# Begins the reason that names an amount without a price, or a word that sets one: `no_price:service_tier=scale`.
NO_PRICE = "no_price:"
# A million USD, which no call costs: thousands of such in one hour still have a sum that the ledger can hold.
LEDGER_LIMIT = 10**15


class Cost(msgspec.Struct, frozen=True):
    """One call's cost. `nanousd` is None where it is not known; `reasons` say why it is partial, free or unpriced."""

    nanousd: int | None
    status: str
    reasons: tuple[str, ...] = ()
    source: str | None = None
    version: str | None = None
    rate_card: Mapping[str, str] = {}

    @property
    def is_flat(self) -> bool:
        """Tell whether it is the same whatever was consumed: nothing, or a price of the user's own for a whole call."""
        return self.status == FREE or INCLUDED in self.rate_card


def lacked(reasons: Iterable[str] | None) -> list[str]:
    """Return the amounts that `reasons` name as not priced."""
    named = (reason.removeprefix(NO_PRICE) for reason in reasons or () if reason.startswith(NO_PRICE))
    return [name for name in named if "=" not in name]


def unpriced(*reasons: str) -> Cost:
    """Return the Cost of a call that cannot be priced."""
    return Cost(None, UNPRICED, reasons)


def free(reason: str) -> Cost:
    """Return the Cost of a call that its provider gives away."""
    return Cost(0, FREE, (reason,))


def nothing_billable() -> Cost:
    """Return the Cost of a call that the provider does not charge for: it was refused, or never reached it."""
    return Cost(None, NONE)


def nanousd(usd: Decimal) -> int:
    """Return `usd` in whole nano-USD."""
    exact = Fraction(usd) * 1_000_000_000
    return rounded(exact.numerator, exact.denominator)


def rounded(numerator: int, denominator: int) -> int:
    """Return the fraction as a whole number, rounded half to even: the one rounding of money there is."""
    whole, rest = divmod(numerator, denominator)
    half = 2 * rest - denominator
    return whole + 1 if half > 0 or (half == 0 and whole % 2) else whole
