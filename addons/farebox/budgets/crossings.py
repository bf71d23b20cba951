"""Crossings: a budget's use has reached one of its thresholds in a window."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from .figures import Figures

Bound = Literal["known", "high"]


@dataclass(frozen=True, slots=True)
class Crossing:
    """The use in `figures` is at least `threshold` of the limit: the known use, or only with estimates (`high`).

    It is a state, which is reported again as long as it holds; `key` tells one from another. `after_repricing` is True
    where a window that has ended crossed because calls in it were priced anew.
    """

    figures: Figures
    threshold: Decimal
    bound: Bound = "known"
    after_repricing: bool = False

    @property
    def key(self) -> tuple[str, str, datetime, str, Bound]:
        """Budget, name in its scope, start of the window, threshold and bound, which identify a crossing for good."""
        figures = self.figures
        return (figures.budget.name, figures.name, figures.window.begins, str(self.threshold), self.bound)


def crossings(figures: Iterable[Figures]) -> list[Crossing]:
    """Return the crossings of current windows."""
    return [crossing for one in figures for crossing in _of(one)]


def late_crossings(figures: Iterable[tuple[Figures, int]], *, recent: datetime) -> list[Crossing]:
    """Return the crossings of windows that have ended, each with the known use that it had without later prices.

    A window that ended at `recent` or later crosses by calls that ended after it; an older one only by later prices.
    """
    found = []
    for one, original in figures:
        for crossing in _of(one):
            is_by_price = crossing.bound == "known" and original < crossing.threshold * one.limit.amount
            if is_by_price:
                found.append(Crossing(one, crossing.threshold, after_repricing=True))
            elif one.window.ends >= recent:
                found.append(crossing)
    return found


def _of(figures: Figures) -> Iterator[Crossing]:
    for threshold in figures.budget.alert_at:
        least = threshold * figures.limit.amount
        if figures.used.known >= least:
            yield Crossing(figures, threshold)
        elif figures.used.high >= least:
            yield Crossing(figures, threshold, "high")
