"""What is usual for an hour, and what a month will come to, from the same hours of the last weeks. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ..records.windows import Window, weeks_before
from ..store.rollups.ranges import HOUR, floor

WEEKS = 4
# The hours before these are read for nothing else.
HORIZON = timedelta(weeks=WEEKS, hours=3)
# Fewer weeks say nothing about what is usual.
_FEWEST_WEEKS = 2


class Forecast(NamedTuple):
    """What a period will come to, in nano-USD, if its rest is like the cheapest, the mean and the dearest week."""

    low: float
    likely: float
    high: float


def usual_hours(now: datetime, first: datetime | None, zone: ZoneInfo) -> list[tuple[datetime, ...]]:
    """Return the hours to compare that of `now` with: the same one of each week before, and those either side of it.

    Empty if the ledger, which begins with the hour `first`, has fewer than two such weeks.
    """
    found: list[tuple[datetime, ...]] = []
    for week in range(1, WEEKS + 1):
        hour = floor(weeks_before(now, week, zone))
        if first is not None and first <= hour - HOUR:
            found.append((hour - HOUR, hour, hour + HOUR))
    return found if len(found) >= _FEWEST_WEEKS else []


def usual(hours: Sequence[Sequence[int]]) -> float:
    """Return the median of the largest amount of each week."""
    return median(map(max, hours))


def forecast(
    now: datetime, period: Window, so_far: int, zone: ZoneInfo, first: datetime | None, spent: Callable[[datetime], int]
) -> Forecast | None:
    """Return what `period` will come to; None if the ledger doesn't have a week yet.

    `so_far` is what it has come to, `spent` returns what an hour of the last weeks came to. Each hour that is left is
    taken to be like the same hour of the week in one of the last four weeks. A straight line would count
    weekends and nights like working hours.
    """
    this = floor(now)
    weeks = 0 if first is None else min(WEEKS, (this - first) // timedelta(weeks=1))
    if not weeks:
        return None
    rests = [0.0] * weeks
    hour = this
    while hour < period.ends:
        left = min((min(hour + HOUR, period.ends) - max(hour, now)) / HOUR, 1.0)
        back = (hour - this) // timedelta(weeks=1) + 1
        for week in range(weeks):
            rests[week] += left * spent(floor(weeks_before(hour, back + week, zone)))
        hour += HOUR
    return Forecast(so_far + min(rests), so_far + sum(rests) / weeks, so_far + max(rests))
