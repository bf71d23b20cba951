"""Spans of time that spend is summed over: the last hours and days, and calendar periods of a time zone. Pure."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

# The windows of `farebox_spend_usd`.
WINDOWS = ("1h", "today", "24h", "7d", "month", "30d")
_ROLLING = re.compile(r"([1-9]\d{0,3})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_PERIODS = ("day", "week", "month", "year")
_ALIASES = {"today": "day"}


class Window(NamedTuple):
    """A span of time in UTC, from `begins` on and before `ends`."""

    begins: datetime
    ends: datetime


def window(name: str, now: datetime, zone: ZoneInfo) -> Window:
    """Return the window `name` at `now`, which is in UTC; LookupError if there is none of this name.

    A rolling window (`5m`, `24h`, `7d`) lasts so long, whatever the clock does; it begins with a whole minute and ends
    with the minute of `now`. A calendar period (`day` or `today`, `week` from Monday on, `month`, `year`) is that of
    `zone` and lasts until the next one begins.
    """
    if rolling := _ROLLING.fullmatch(name):
        minute = now.replace(second=0, microsecond=0)
        length = timedelta(**{_UNITS[rolling[2]]: int(rolling[1])})
        return Window(minute - length, minute + timedelta(minutes=1))
    period = _ALIASES.get(name, name)
    if period not in _PERIODS:
        raise LookupError(name)
    first = _first_day(period, now.astimezone(zone).date())
    return Window(_midnight(first, zone), _midnight(_first_of_next(period, first), zone))


def weeks_before(moment: datetime, weeks: int, zone: ZoneInfo) -> datetime:
    """Return, in UTC, when the clocks of `zone` showed the time of `moment` on the same weekday `weeks` ago."""
    shown = moment.astimezone(zone).replace(tzinfo=None)
    return (shown - timedelta(weeks=weeks)).replace(tzinfo=zone).astimezone(UTC)


def _first_day(period: str, day: date) -> date:
    if period == "week":
        return day - timedelta(days=day.weekday())
    if period == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if period == "year" else day


def _first_of_next(period: str, first: date) -> date:
    # Longer than any period of the kind, and shorter than two.
    longest = {"day": 1, "week": 7, "month": 31, "year": 366}[period]
    return _first_day(period, first + timedelta(days=longest))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the start of `day`: the first of two midnights, or the end of a gap that midnight is in."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
