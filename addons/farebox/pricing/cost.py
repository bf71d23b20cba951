"""What a call cost, and how sure that is. Money is integer nano-USD (1e-9 USD)."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

REPORTED = "reported"
PRICED = "priced"
PARTIAL = "partial"
ESTIMATED = "estimated"
FREE = "free"
UNPRICED = "unpriced"
NONE = "none"
# What a column of the ledger holds: 9 thousand million USD, which no call costs.
LEDGER_LIMIT = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cost:
    """One call's cost. `nanousd` is None where it is not known; `reasons` say why it is partial, free or unpriced."""

    nanousd: int | None
    status: str
    reasons: tuple[str, ...] = ()
    source: str | None = None
    version: str | None = None
    rate_card: dict[str, str] = field(default_factory=dict)


def unpriced(reason: str) -> Cost:
    """Return the Cost of a call that cannot be priced."""
    return Cost(None, UNPRICED, (reason,))


def free(reason: str) -> Cost:
    """Return the Cost of a call that its provider gives away."""
    return Cost(0, FREE, (reason,))


def nothing_billable() -> Cost:
    """Return the Cost of a call that the provider does not charge for: it was refused, or never reached it."""
    return Cost(None, NONE)


def nanousd(usd: Decimal) -> int:
    """Return `usd` in whole nano-USD, rounded half to even: the one rounding there is."""
    return round(Fraction(usd) * 1_000_000_000)
