"""Forecast of a window's end, by the weekday and the hour: an office uses its budget in 55 of a week's 168 hours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..records.windows import Window

HOUR = timedelta(hours=1)
HISTORY = timedelta(days=28)
# Less history than this says nothing about a window's level.
_ENOUGH = timedelta(days=7)
# Each hour of the week begins with so much of a week at the mean, so that none has the weight 0.
_PRIOR_WEEKS = 0.1
# A window's own use outweighs history once so much of the window has passed.
_PRIOR_SHARE = 1 / 28
_LEAST_SHARE = 1 / 100
_MIDDLE = HOUR / 2


@dataclass(frozen=True, slots=True)
class Shape:
    """How use is distributed over the hours of a week, as weights with the mean 1, and its `history` in UTC."""

    weights: Mapping[tuple[int, int], float]
    history: Window
    zone: ZoneInfo

    def weight(self, window: Window) -> float:
        """Return the weight of all time in `window`, in hours."""
        return sum(
            self.weights.get(_slot(hour, self.zone), 1.0) * (_overlap(hour, window) / HOUR) for hour in _hours(window)
        )


def shape_of(amounts: Mapping[datetime, int], until: datetime, zone: ZoneInfo) -> Shape:
    """Return the Shape of `amounts` by the hour in UTC; history begins with the first of them and ends at `until`."""
    start = min(amounts, default=until)
    history = Window(start, max(until, start))
    sums: dict[tuple[int, int], int] = {}
    numbers: dict[tuple[int, int], int] = {}
    for hour in _hours(history):
        slot = _slot(hour, zone)
        sums[slot] = sums.get(slot, 0) + amounts.get(hour, 0)
        numbers[slot] = numbers.get(slot, 0) + 1
    total = sum(sums.values())
    if total <= 0:
        return Shape({}, history, zone)
    mean = total / sum(numbers.values())
    weights = {slot: (sums[slot] / mean + _PRIOR_WEEKS) / (numbers[slot] + _PRIOR_WEEKS) for slot in sums}
    return Shape(weights, history, zone)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The weights of a window's whole time, of the `elapsed` part of it, and of all history, if that is long enough."""

    total: float
    elapsed: float
    history: float | None


def outlook(shape: Shape, window: Window, now: datetime) -> Outlook:
    """Return the Outlook of `window` at `now`."""
    is_enough = shape.history.ends - shape.history.begins >= _ENOUGH
    elapsed = shape.weight(Window(window.begins, min(now, window.ends)))
    return Outlook(shape.weight(window), elapsed, shape.weight(shape.history) if is_enough else None)


def forecast(used: int, ahead: Outlook, history: int) -> int | None:
    """Return what will be used by the end of the window: `used`, and the rest of it at the rate so far.

    While the window is young, that rate is drawn to the rate of `history`, what was used in that time. None if there is
    too little of both.
    """
    prior, drawn = 0.0, 0.0
    if ahead.history:
        prior, drawn = ahead.total * _PRIOR_SHARE, history / ahead.history
    weight = ahead.elapsed + prior
    if weight < ahead.total * _LEAST_SHARE or not weight:
        return None
    rate = (used + prior * drawn) / weight
    return used + round(rate * (ahead.total - ahead.elapsed))


def _slot(hour: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """Return the local weekday and hour; where the zone is half an hour off, the hour of the middle."""
    local = (hour + _MIDDLE).astimezone(zone)
    return local.weekday(), local.hour


def _hours(window: Window) -> Iterator[datetime]:
    hour = window.begins.replace(minute=0, second=0, microsecond=0)
    while hour < window.ends:
        yield hour
        hour += HOUR


def _overlap(hour: datetime, window: Window) -> timedelta:
    return min(hour + HOUR, window.ends) - max(hour, window.begins)
