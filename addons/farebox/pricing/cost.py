"""The cost of a call, and how certain it is. Money is integer nano-USD (1e-9 USD)."""

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
# A plan or reserved capacity has paid: nothing is billed by the call, and the list price stands beside.
ON_PLAN = "included"
# Key of a rate card whose price is that of the whole call.
INCLUDED = "included"
# Prefix of a reason that names an amount without a price, or a word without one: `no_price:service_tier=scale`.
NO_PRICE = "no_price:"
# A million USD: no call costs more, and the sum of 9,000 such calls still fits the signed 64-bit integer of the ledger.
LEDGER_LIMIT = 10**15


class Cost(msgspec.Struct, frozen=True):
    """One call's cost. `nanousd` is None if unknown; `reasons` say why it is partial, free or unpriced."""

    nanousd: int | None
    status: str
    reasons: tuple[str, ...] = ()
    source: str | None = None
    version: str | None = None
    rate_card: Mapping[str, str] = {}

    @property
    def is_flat(self) -> bool:
        """Tell whether it does not depend on the usage: free, or the user's own price of a whole call."""
        return self.status == FREE or INCLUDED in self.rate_card


def lacked(reasons: Iterable[str] | None) -> list[str]:
    """Return the amounts that `reasons` name as not priced."""
    named = (reason.removeprefix(NO_PRICE) for reason in reasons or () if reason.startswith(NO_PRICE))
    return [name for name in named if "=" not in name]


def unpriced(*reasons: str) -> Cost:
    """Return the Cost of a call that cannot be priced."""
    return Cost(None, UNPRICED, reasons)


def free(reason: str) -> Cost:
    """Return the Cost of a call that is free of charge."""
    return Cost(0, FREE, (reason,))


def nothing_billable() -> Cost:
    """Return the Cost of a call that the provider refused or never received."""
    return Cost(None, NONE)


def nanousd(usd: Decimal) -> int:
    """Return `usd` in whole nano-USD."""
    exact = Fraction(usd) * 1_000_000_000
    return rounded(exact.numerator, exact.denominator)


def rounded(numerator: int, denominator: int) -> int:
    """Return the fraction as a whole number, rounded half to even. Money is rounded nowhere else."""
    whole, rest = divmod(numerator, denominator)
    half = 2 * rest - denominator
    return whole + 1 if half > 0 or (half == 0 and whole % 2) else whole
