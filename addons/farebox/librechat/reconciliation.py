"""LibreChat's books against the ledger: booked, billed, the difference and its causes."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .bookings import bookings
from .causes import Explained, explained
from .matching import Call, matched
from .transactions import Transaction


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every booking and call. Sums are those of the lines that can be compared, in nano-USD."""

    lines: Sequence[Explained]

    @property
    def compared(self) -> list[Explained]:
        return [one for one in self.lines if one.billed is not None]

    @property
    def unpriced(self) -> list[Explained]:
        return [one for one in self.lines if one.billed is None]

    @property
    def booked(self) -> int:
        return sum(one.booked for one in self.compared)

    @property
    def billed(self) -> int:
        return sum(one.billed or 0 for one in self.compared)

    @property
    def difference(self) -> int:
        return self.booked - self.billed

    @property
    def by_cause(self) -> list[tuple[str, int, int]]:
        """Cause, number of lines and nano-USD, the largest first; the amounts add up to the difference."""
        amounts: dict[str, int] = defaultdict(int)
        numbers: Counter[str] = Counter()
        for line in self.compared:
            for cause, amount in line.causes.items():
                amounts[cause] += amount
                numbers[cause] += 1
        return sorted(((cause, numbers[cause], amounts[cause]) for cause in amounts), key=lambda one: -abs(one[2]))

    @property
    def by_basis(self) -> list[tuple[str, int]]:
        """How many bookings were matched by which values."""
        return Counter(one.match.basis for one in self.lines if one.match.basis).most_common()


def reconcile(booked: Sequence[Transaction], calls: Sequence[Call]) -> Reconciliation:
    """Return the Reconciliation of an export's transactions with rows of the ledger."""
    return Reconciliation([explained(match) for match in matched(bookings(booked), calls)])
