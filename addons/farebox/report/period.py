"""Spans of time as a person names them: `24h`, `7d`, `2026-11`, `today`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ..errors import SettingsError

EXAMPLES = "24h, 7d, 2w, today, yesterday, 2026, 2026-11, 2026-11-24, 2026-11-24T18:30, all"
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LAST = re.compile(r"(\d{1,6})([mhdw])")
_CALENDAR: tuple[tuple[str, Callable[[datetime], datetime]], ...] = (
    ("%Y", lambda day: day.replace(year=day.year + 1)),
    ("%Y-%m", lambda day: (day + timedelta(days=31)).replace(day=1)),
    ("%Y-%m-%d", lambda day: day + timedelta(days=1)),
)
_MOMENTS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` on and before `end`, both in UTC; None is open."""

    start: datetime | None
    end: datetime | None


def period(since: str, until: str | None, *, now: datetime, zone: ZoneInfo) -> Period:
    """Return the Period that `since` and `until` name; a calendar's name in `since` alone is that day, month or year.

    SettingsError where either is no time.
    """
    start, end = _span(since, "since", now, zone)
    if until is not None:
        end = _span(until, "until", now, zone)[0]
        if start and end and end <= start:
            raise SettingsError(f"until: {until} is not after {since}")
    return Period(start, end)


def moment(text: str, key: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the time, UTC, that `text` names, or with which the span that it names begins.

    SettingsError, with `key`, where it is none.
    """
    return _span(text, key, now, zone)[0] or datetime.min.replace(tzinfo=UTC)


def _span(text: str, key: str, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    if text == "all":
        return None, None
    if last := _LAST.fullmatch(text):
        return now - timedelta(**{_UNITS[last[2]]: int(last[1])}), None
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if text == "today":
        return _utc(today, zone), None
    if text == "yesterday":
        return _utc(today - timedelta(days=1), zone), _utc(today, zone)
    return _calendar_span(text, key, zone)


def _calendar_span(text: str, key: str, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    for form, next_one in _CALENDAR:
        if first := _parsed(text, form):
            return _utc(first, zone), _utc(next_one(first), zone)
    for form in _MOMENTS:
        if moment := _parsed(text, form):
            return _utc(moment, zone), None
    raise SettingsError(f"{key}: {text!r} is no time: write one of {EXAMPLES}")


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the caller's
    except ValueError:
        return None


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


def spans(unit: str, covered: tuple[datetime, datetime], zone: ZoneInfo) -> list[tuple[str, datetime, datetime]]:
    """Return the local days or hours (`unit`) that hold `covered`: label, start and end in UTC.

    A day has 23 or 25 hours where the clock changes, and the hour that comes twice has its offset in the label.
    """
    first, last = covered
    found: list[tuple[str, datetime, datetime]] = []
    if unit == "day":
        day = first.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        while (start := _utc(day, zone)) <= last:
            found.append((day.strftime("%Y-%m-%d"), start, _utc(day + timedelta(days=1), zone)))
            day += timedelta(days=1)
        return found
    # Zones are whole quarters of an hour off UTC: the local hour begins where its minutes do.
    local = first.astimezone(zone)
    start = first.replace(second=0, microsecond=0) - timedelta(minutes=local.minute)
    while start <= last:
        local = start.astimezone(zone)
        is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        found.append(
            (local.strftime("%Y-%m-%d %H:00" + (" %z" if is_twice else "")), start, start + timedelta(hours=1))
        )
        start += timedelta(hours=1)
    return found
