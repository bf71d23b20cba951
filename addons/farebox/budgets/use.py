"""What calls have used: known, what estimates add, and calls of which it is not known."""

from dataclasses import astuple, dataclass
from typing import Self

from ..config.budget_limits import LIST, TOKENS
from ..pricing.cost import ESTIMATED, NONE, ON_PLAN, PARTIAL, UNPRICED


@dataclass(frozen=True, slots=True)
class Amount:
    """A use in nano-USD or tokens: `known`, and `estimated` in addition."""

    known: int = 0
    estimated: int = 0

    @property
    def high(self) -> int:
        """The amount if the estimates are right."""
        return self.known + self.estimated


@dataclass(frozen=True, slots=True)
class Use:
    """The use of a group of calls. `partial` costs are lower bounds, and calls that are `unpriced` cost an unknown sum.

    `untold` calls state no tokens. `listed_nanousd` is the list price of what plans have paid for.
    """

    calls: int = 0
    nanousd: int = 0
    estimated_nanousd: int = 0
    tokens: int = 0
    estimated_tokens: int = 0
    unpriced: int = 0
    partial: int = 0
    untold: int = 0
    listed_nanousd: int = 0

    def __add__(self, other: Self) -> "Use":
        return Use(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))

    def in_unit(self, unit: str) -> Amount:
        """Return the amount in the unit of a limit."""
        if unit == TOKENS:
            return Amount(self.tokens, self.estimated_tokens)
        listed = self.listed_nanousd if unit == LIST else 0
        return Amount(self.nanousd + listed, self.estimated_nanousd)

    def unknown(self, unit: str) -> int:
        """Return the number of calls whose use in the unit of a limit is not known."""
        return self.untold if unit == TOKENS else self.unpriced


NO_USE = Use()


def use_of(status: str, calls: int, *, nanousd: int, tokens: int, told: int, listed: int = 0) -> Use:
    """Return the use of `calls` with the cost status `status`, `told` of which state their tokens.

    `listed` is their list price in nano-USD, which counts for those that a plan has paid for.
    """
    is_estimated = status == ESTIMATED
    return Use(
        calls=calls,
        nanousd=0 if is_estimated else nanousd,
        estimated_nanousd=nanousd if is_estimated else 0,
        tokens=0 if is_estimated else tokens,
        estimated_tokens=tokens if is_estimated else 0,
        unpriced=calls if status == UNPRICED else 0,
        partial=calls if status == PARTIAL else 0,
        untold=0 if status == NONE else calls - told,
        listed_nanousd=listed if status == ON_PLAN else 0,
    )
