"""Crossings of budgets as events: what is stored of one, and which of several is told."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from ..budgets.crossings import Crossing
from ..budgets.figures import Figures
from ..config.budget_limits import USD
from ..config.destinations import Digest
from ..records.windows import window
from ..store.alert_events import Event
from .message import BUDGET, DIGEST

# The digest of a week that a sidecar was away for is still sent within so many days.
_LATEST_DIGEST = timedelta(days=3)


class BudgetFigures(msgspec.Struct, frozen=True):
    """What an event keeps of a budget: figures and no names of people. Amounts are in nano-USD or tokens, by `unit`."""

    scope: str
    window: str
    begins: datetime
    ends: datetime
    unit: str
    limit: int
    used: int
    used_high: int
    forecast: int | None
    calls: int
    unknown_calls: int
    lower_bounds: int
    burn_rate: dict[str, float]
    match: tuple[str, ...] = ()
    rolling: bool = False
    after_repricing: bool = False


def events_of(crossings: Iterable[Crossing]) -> list[tuple[Event, Sequence[str]]]:
    """Return the events of `crossings`, each with the destinations that are told if it is new.

    Of several thresholds that are reached in one window, only the highest is told; the others count as told.
    """
    found: dict[tuple[str, str, datetime, str], list[Crossing]] = {}
    for one in crossings:
        budget, name, begins, _, bound = one.key
        found.setdefault((budget, name, begins, bound), []).append(one)
    return [
        (event_of(one), one.figures.budget.notify if one is highest else ())
        for group in found.values()
        for highest in [max(group, key=lambda one: one.threshold)]
        for one in group
    ]


def event_of(crossing: Crossing) -> Event:
    """Return the event of `crossing`."""
    figures = crossing.figures
    kept = figures_of(figures, after_repricing=crossing.after_repricing)
    return Event(
        kind=BUDGET,
        budget=figures.budget.name,
        scope=figures.budget.scope,
        name=figures.name,
        window_start=figures.window.begins,
        threshold=str(crossing.threshold),
        bound=crossing.bound,
        figures=msgspec.to_builtins(kept, builtin_types=(float,)),
        # Such a window begins anew each minute.
        told_since=figures.window.begins if figures.budget.span.is_rolling else None,
    )


def figures_of(one: Figures, *, after_repricing: bool = False) -> BudgetFigures:
    """Return what is kept of the figures of a budget."""
    return BudgetFigures(
        scope=one.budget.scope,
        window=one.budget.span.name,
        begins=one.window.begins,
        ends=one.window.ends,
        unit="nanousd" if one.limit.unit == USD else "tokens",
        limit=one.limit.amount,
        used=one.used.known,
        used_high=one.used.high,
        forecast=one.forecast,
        calls=one.use.calls,
        unknown_calls=one.unknown_calls,
        lower_bounds=one.use.partial,
        burn_rate=dict(one.burn),
        match=() if one.budget.is_for_each else one.budget.patterns,
        rolling=one.budget.span.is_rolling,
        after_repricing=after_repricing,
    )


def digest_due(digest: Digest, now: datetime, zone: ZoneInfo) -> Event | None:
    """Return the event of last week's digest, from its hour on Monday on for some days; else None."""
    this = window("week", now, zone)
    monday = this.begins.astimezone(zone)
    due = monday.replace(hour=digest.hour).astimezone(UTC)
    if not digest.notify or not due <= now < due + _LATEST_DIGEST:
        return None
    return Event(kind=DIGEST, budget="", window_start=window("week", this.begins - datetime.resolution, zone).begins)
