"""The series that Prometheus would have of a made-up office: the gauges of spend and of a budget of a month."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import accumulate
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from farebox.budgets.burn import LONG, SHORT, rate
from farebox.budgets.forecast import forecast, outlook, shape_of
from farebox.records.windows import Window

from .office_spend import BEFORE, MONTH, PER_HOUR, START, STEP, STEPS, WEEK

_ZONE = ZoneInfo("UTC")
_MONTH = Window(MONTH, MONTH + timedelta(days=28))
_NANO = 1e9
_FORECAST_STEPS = 3 * PER_HOUR
_HISTORY = timedelta(days=28)


class Series(NamedTuple):
    """A metric's name and labels, and its value at the end of each step of the month, from `first` on."""

    name: str
    labels: Mapping[str, str]
    values: Sequence[float]
    first: int = BEFORE


def rolling(steps: Sequence[int], number: int) -> list[int]:
    """Return the sum of the last `number` steps at the end of each."""
    sums = [0, *accumulate(steps)]
    return [sums[end] - sums[max(0, end - number)] for end in range(1, len(sums))]


def of_spend(steps: Sequence[int], scope: str, name: str) -> Iterator[Series]:
    """Yield the spend of the last hour and of seven days, and the usual spend of the hour."""
    labels = {"scope": scope, "name": name}
    first = BEFORE - WEEK
    for window, number in (("1h", PER_HOUR), ("7d", WEEK)):
        values = [amount / _NANO for amount in rolling(steps, number)[first:]]
        yield Series("farebox_spend_usd", {**labels, "window": window}, values, first)
    if scope == "all":
        yield Series("farebox_spend_usual_usd", {**labels, "window": "1h"}, [one / _NANO for one in _usual(steps)])


def of_budget(steps: Sequence[int], limit: int, name: str) -> Iterator[Series]:
    """Yield the gauges of a month's budget of `limit` nano-USD, but for the forecast."""
    labels = {"budget": name, "scope": "all", "window": "month"}
    used = accumulate(steps[BEFORE:])
    yield Series("farebox_budget_used_ratio", {**labels, "bound": "known"}, [amount / limit for amount in used])
    for over, span in {**SHORT, **LONG}.items():
        burnt = rolling(steps, span // STEP)[BEFORE:]
        rates = [rate(amount, span, limit, _MONTH.ends - _MONTH.begins) for amount in burnt]
        yield Series("farebox_budget_burn_rate", {**labels, "over": over}, rates)


def of_forecast(steps: Sequence[int], limits: Mapping[str, int]) -> Iterator[Series]:
    """Yield the forecast of a month's budget for each of `limits`, by the budget's name."""
    month = list(_forecasts(steps))
    for name, limit in limits.items():
        labels = {"budget": name, "scope": "all", "window": "month"}
        values = [amount / limit for amount in month for _ in range(_FORECAST_STEPS)]
        yield Series("farebox_budget_forecast_ratio", labels, values)


def _usual(steps: Sequence[int]) -> Iterator[float]:
    """Yield the median of four weeks of the dearest of three hours of the clock, as the recorder does."""
    hours = [sum(steps[start : start + PER_HOUR]) for start in range(0, STEPS, PER_HOUR)]
    for step in range(BEFORE, STEPS):
        hour = step // PER_HOUR
        weeks = [hour - week * WEEK // PER_HOUR for week in range(1, 5)]
        yield median(max(hours[max(0, one - 1) : one + 2]) for one in weeks)


def _forecasts(steps: Sequence[int]) -> Iterator[float]:
    """Yield the forecast for the month, every three hours, by what the four weeks before tell."""
    hours = {START + h * timedelta(hours=1): sum(steps[h * PER_HOUR : (h + 1) * PER_HOUR]) for h in range(24 * 56)}
    latest = 0.0
    for step in range(BEFORE, STEPS, _FORECAST_STEPS):
        now = START + (step + 1) * STEP
        until = now.replace(minute=0)
        past = {hour: amount for hour, amount in hours.items() if until - _HISTORY <= hour < until}
        ahead = outlook(shape_of(past, until, _ZONE), _MONTH, now)
        used = sum(steps[BEFORE : step + 1])
        latest = forecast(used, ahead, sum(past.values())) or latest
        yield latest
