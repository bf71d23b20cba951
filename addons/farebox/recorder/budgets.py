"""The recorder's job for budgets: figures to the metrics, decisions to the workers, crossings to who listens."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from ..budgets.crossings import Crossing
from ..budgets.decisions import FILE, Decisions, refusal_of, resets
from ..budgets.figures import Figures
from ..config.budgets import Budget
from ..errors import LedgerAwayError
from ..home import atomic
from ..store.budgets import BudgetReader

# How often all figures are computed, and those that workers decide by.
FIGURES_SECONDS = 15.0
DECISIONS_SECONDS = 1.0
# The job takes at most this share of the time: sums of many callers take longer.
_SHARE = 0.05

# Takes the crossings of all budgets, as they are after each computation.
Listener = Callable[[Sequence[Crossing]], None]


class BudgetJob:
    """Computes the figures of `budgets` from the ledger; while that is unavailable, the last ones grow old.

    Each time, `listeners` get every crossing that holds, also one that they were told of before.
    """

    name = "budgets"

    def __init__(
        self,
        reader: BudgetReader,
        budgets: Sequence[Budget],
        show: Callable[[Sequence[Figures], datetime], None],
        home: Path,
        listeners: Sequence[Listener] = (),
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reader = reader
        self._refuses = any(budget.refuses for budget in budgets)
        self._show = show
        self._home = home
        self._listeners = listeners
        self._now = now
        self._clock = clock
        self._due = float("-inf")
        self._spent = 0.0

    @property
    def period(self) -> float:
        """Seconds until the next run."""
        return max(DECISIONS_SECONDS if self._refuses else FIGURES_SECONDS, self._spent / _SHARE)

    def run(self) -> None:
        """Compute all figures if they are due, else those that workers decide by."""
        began = self._clock()
        try:
            if began >= self._due:
                self._compute(self._now())
                self._due = began + FIGURES_SECONDS
            elif self._refuses:
                now = self._now()
                self._decide(self._reader.used(now), now)
        except LedgerAwayError:
            # The recorder reports that itself, and the age of the figures is a metric.
            return
        finally:
            self._spent = self._clock() - began

    def _compute(self, now: datetime) -> None:
        figures = self._reader.figures(now)
        self._decide(figures, now)
        self._show(figures, now)
        if self._listeners:
            crossed = self._reader.crossings(figures, now)
            for listener in self._listeners:
                listener(crossed)

    def _decide(self, figures: Iterable[Figures], now: datetime) -> None:
        if self._refuses:
            content = msgspec.json.encode(decisions_of(figures, now))
            atomic.write(self._home / FILE, content, mode=0o600)


def decisions_of(figures: Iterable[Figures], now: datetime) -> Decisions:
    """Return whom to refuse by `figures`: those of budgets that refuse calls and are used up by known use."""
    names = defaultdict[str, list[str]](list)
    spent: dict[str, Figures] = {}
    for one in figures:
        if one.budget.refuses and one.is_used_up:
            names[one.budget.name].append(one.name)
            spent[one.budget.name] = one
    refusals = (
        refusal_of(one.budget, names[name], resets(one.budget, one.window.ends, now)) for name, one in spent.items()
    )
    return Decisions(now.timestamp(), tuple(refusals))
