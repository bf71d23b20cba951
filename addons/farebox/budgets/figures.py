"""The figures of one budget in one window."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..config.budget_limits import Limit
from ..config.budgets import Budget
from ..records.windows import Window
from .use import Amount, Use


@dataclass(frozen=True, slots=True)
class Figures:
    """What a budget has used in `window`, and where that leads.

    `name` is the user, key, ... of a budget that is for each, else "". `burn` has the burn rate by span. `forecast` is
    the use by the end of the window, None if that is not known or the window is a rolling one. A rolling window has
    use to spare again at `relief` if it is used up.
    """

    budget: Budget
    name: str
    window: Window
    use: Use
    burn: Mapping[str, float] = field(default_factory=dict)
    forecast: int | None = None

    @property
    def limit(self) -> Limit:
        return self.budget.allows

    @property
    def used(self) -> Amount:
        """What is used, in the unit of the limit."""
        return self.use.in_unit(self.budget.unit)

    @property
    def ratio(self) -> float:
        """The known use as a share of the limit."""
        return self.used.known / self.limit.amount

    @property
    def high_ratio(self) -> float:
        """The same with what estimates add."""
        return self.used.high / self.limit.amount

    @property
    def forecast_ratio(self) -> float | None:
        return None if self.forecast is None else self.forecast / self.limit.amount

    @property
    def unknown_calls(self) -> int:
        """The number of calls whose use is not known."""
        return self.use.unknown(self.budget.unit)

    @property
    def is_used_up(self) -> bool:
        return self.used.known >= self.limit.amount
