"""Periods as people name them (`24h`, `2026-11`, `today`), and how they divide into local days and hours. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ..errors import SettingsError

EXAMPLES = "24h, 7d, 2w, today, yesterday, 2026, 2026-11, 2026-11-24, 2026-11-24T18:30, all"
# No call is older than Unix time, and the year after the last one must be a date too: Python's end with 9999.
_FIRST_YEAR, _LAST_YEAR = 1970, 9998
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"([0-9]*[1-9][0-9]*)([mhdw])")
_CALENDAR: tuple[tuple[str, Callable[[datetime], datetime]], ...] = (
    ("%Y", lambda day: day.replace(year=day.year + 1)),
    ("%Y-%m", lambda day: (day + timedelta(days=31)).replace(day=1)),
    ("%Y-%m-%d", lambda day: day + timedelta(days=1)),
)
_MOMENTS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` (included) to `end` (excluded), both in UTC; None is open."""

    start: datetime | None
    end: datetime | None


def period(since: str, until: str | None, *, now: datetime, zone: ZoneInfo) -> Period:
    """Return the Period from `since` to `until`; a day, month or year in `since` alone is that day, month or year.

    SettingsError if either is not a valid time, or if no time lies between them.
    """
    start, end = _span(since, "since", now, zone)
    if until is not None:
        end = _span(until, "until", now, zone)[0]
        if start and end and end <= start:
            raise SettingsError(
                f"until: the span is empty: {until!r} must be later than {since!r} in --since; --until is excluded"
            )
    return Period(start, end)


def moment(text: str, key: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the time in UTC that `text` names, or the start of the day, month or year that it names.

    SettingsError, with the option's name `key`, if it is not a valid time.
    """
    return _span(text, key, now, zone)[0] or datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)


def _span(text: str, key: str, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    if text == "all":
        return None, None
    if duration := _DURATION.fullmatch(text):
        return _ago(duration, key, now), None
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if text == "today":
        return _utc(today, zone), None
    if text == "yesterday":
        return _utc(today - timedelta(days=1), zone), _utc(today, zone)
    return _calendar_span(text, key, zone)


def _ago(duration: re.Match[str], key: str, now: datetime) -> datetime:
    try:
        start = now - timedelta(**{_UNITS[duration[2]]: int(duration[1])})
    # ValueError: Python refuses to read numbers of thousands of digits.
    except (OverflowError, ValueError) as error:
        raise _out_of_range(duration[0], key) from error
    if start.year < _FIRST_YEAR:
        raise _out_of_range(duration[0], key)
    return start


def _calendar_span(text: str, key: str, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    for form, next_one in _CALENDAR:
        if first := _parsed(text, form, key):
            return _utc(first, zone), _utc(next_one(first), zone)
    for form in _MOMENTS:
        if moment := _parsed(text, form, key):
            return _utc(moment, zone), None
    raise SettingsError(f"{key}: {text!r} is not a valid time: use a form such as {EXAMPLES}")


def _parsed(text: str, form: str, key: str) -> datetime | None:
    try:
        parsed = datetime.strptime(text, form)  # noqa: DTZ007 - the caller knows the zone
    except ValueError:
        return None
    if not _FIRST_YEAR <= parsed.year <= _LAST_YEAR:
        raise _out_of_range(text, key)
    return parsed


def _out_of_range(text: str, key: str) -> SettingsError:
    years = f"the years {_FIRST_YEAR} to {_LAST_YEAR}"
    return SettingsError(f"{key}: {text!r} is outside {years}: use a form such as {EXAMPLES}")


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


def spans(unit: str, covered: tuple[datetime, datetime], zone: ZoneInfo) -> list[tuple[str, datetime, datetime]]:
    """Return the local months, weeks, days or hours (`unit`) that contain `covered`: label, start and end in UTC.

    They follow each other without a gap. When the clock changes, a day has 23 or 25 hours (Lord Howe Island: 23.5 or
    24.5) and an hour can be shorter; an hour that comes twice has its UTC offset in the label.
    """
    first, last = covered
    if unit == "hour":
        return list(_hours(first, last, zone))
    return list(_calendar_spans(unit, first, last, zone))


def _midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


# For each unit: its label, the day on which the next one surely has begun, and the first day of that of a day.
_CALENDAR_SPANS: Mapping[str, tuple[str, int, Callable[[datetime], datetime]]] = {
    "day": ("%Y-%m-%d", 1, lambda day: day),
    "week": ("%G-W%V", 7, lambda day: day - timedelta(days=day.weekday())),
    "month": ("%Y-%m", 31, lambda day: day.replace(day=1)),
}


def _calendar_spans(
    unit: str, first: datetime, last: datetime, zone: ZoneInfo
) -> Iterator[tuple[str, datetime, datetime]]:
    label, days, begin = _CALENDAR_SPANS[unit]
    day = begin(_midnight(first, zone))
    while (start := _utc(day, zone)) <= last:
        next_day = begin(day + timedelta(days=days))
        yield day.strftime(label), start, _utc(next_day, zone)
        day = next_day


def _hours(first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[tuple[str, datetime, datetime]]:
    start = _hour_start(first.replace(second=0, microsecond=0), zone)
    while start <= last:
        local = start.astimezone(zone)
        end = _change(start, start + timedelta(minutes=60 - local.minute), zone)
        offset = " %z" if _comes_twice(local) else ""
        yield local.strftime(f"%Y-%m-%d %H:00{offset}"), start, end
        start = end


def _hour_start(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the start of the local hour of `moment`: its full hour, or the change of the clock since."""
    local = moment.astimezone(zone)
    start = moment - timedelta(minutes=local.minute)
    while start.astimezone(zone).utcoffset() != local.utcoffset():
        start += _MINUTE
    return start


def _change(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clock changes between `start` and `end`, else `end`: a change ends the hour."""
    offset = start.astimezone(zone).utcoffset()
    if end.astimezone(zone).utcoffset() == offset:
        return end
    return next(
        start + _MINUTE * minutes
        for minutes in range(1, 61)
        if (start + _MINUTE * minutes).astimezone(zone).utcoffset() != offset
    )


def _comes_twice(local: datetime) -> bool:
    """Return whether the clock shows a part of this hour twice; such a part has the hour's first or last minute."""
    parts = (local.replace(minute=minute, second=0, microsecond=0) for minute in (0, 59))
    # In a gap, which the clock skips, the offset with fold=1 is the larger one.
    return any(_offset(part, fold=0) > _offset(part, fold=1) for part in parts)


def _offset(local: datetime, *, fold: int) -> timedelta:
    return local.replace(fold=fold).utcoffset() or timedelta()
