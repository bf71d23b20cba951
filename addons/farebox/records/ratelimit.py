"""Rate limits from response headers, under one set of names.

https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers,
https://docs.anthropic.com/en/api/rate-limits#response-headers, https://console.groq.com/docs/rate-limits
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple, Self

from . import clean

_PREFIX = re.compile(r"(?:x-|anthropic-)?ratelimit(bysize)?-|anthropic-(?=priority-|fast-)")
_ASPECTS = frozenset({"limit", "remaining", "reset"})
_SPELLED = {"req": "requests"}
# What is limited, and over which time. Only these words become names, so there are few.
_KINDS = frozenset(
    """requests tokens input output images audio project priority fast usage based concurrent
    second minute hour day week month""".split()
)
_KIND_LIMIT = 3
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
_UNITS_MS = (86_400_000, 3_600_000, 60_000, 1_000, 1)
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,9})?")
# Longer texts would take memory.
_SHORT = 32
# A number this large is not a duration but a time since 1970, in seconds or in milliseconds.
_EPOCH_SECONDS = 10**9
_EPOCH_MS = 10**11


def ratelimit_of(headers: Iterable[tuple[str, str]]) -> dict[str, int] | None:
    """Return `limit_*`, `remaining_*`, `reset_*_ms` and `retry_after_ms` from `headers`.

    Times are relative to the response's `date`; without it, an absolute time is omitted.
    """
    all_of_them = tuple(headers)
    limits = [one for one in all_of_them if is_limit(one[0])]
    if not limits:
        return None
    moments = Moments.of(all_of_them)
    named = ((_name(name), _value(name, value, moments)) for name, value in limits)
    return {name: value for name, value in named if name and value is not None} or None


# Servers send the same names with each response.
@lru_cache(maxsize=1024)
def is_limit(name: str) -> bool:
    """Tell whether the header `name` can state a limit."""
    return name in ("retry-after", "retry-after-ms") or _PREFIX.match(name) is not None


class Moments(NamedTuple):
    """Times in the head of a response, relative to its `date`; without it, an absolute time is unknown."""

    date: datetime | None

    @classmethod
    def of(cls, headers: Iterable[tuple[str, str]]) -> Self:
        """Return those of the response with `headers`."""
        return cls(next((moment for name, value in headers if name == "date" and (moment := _moment(value))), None))

    def milliseconds(self, value: str) -> int | None:
        """Return a duration ("6m0s", "17ms", seconds) or the time until a moment."""
        if _NUMBER.fullmatch(value):
            number = float(value)
            if number < _EPOCH_SECONDS:
                return round(number * 1000)
            seconds = number / 1000 if number >= _EPOCH_MS else number
            return self._until(datetime.fromtimestamp(min(seconds, _EPOCH_MS), UTC))
        if (duration := (_known_duration if len(value) <= _SHORT else _duration)(value)) is not None:
            return duration
        moment = _moment(value)
        return self._until(moment) if moment else None

    def _until(self, moment: datetime) -> int | None:
        return None if self.date is None else max(0, round((moment - self.date).total_seconds() * 1000))


@lru_cache(maxsize=256)
def _name(header: str) -> str | None:
    if header.startswith("retry-after"):
        return "retry_after_ms"
    prefix = _PREFIX.match(header)
    if prefix is None:
        return None
    words = [_SPELLED.get(word, word) for word in re.split("[-_]", header[prefix.end() :])]
    aspect = next((word for word in words if word in _ASPECTS), None)
    kind = [word for word in words if word != aspect]
    if aspect is None or len(kind) > _KIND_LIMIT or not _KINDS.issuperset(kind):
        return None
    size = ["size"] if prefix[1] else []
    return "_".join([aspect, *size, *kind, *(["ms"] if aspect == "reset" else [])])


def _value(header: str, value: str, moments: Moments) -> int | None:
    if header == "retry-after-ms":
        return round(float(value)) if _NUMBER.fullmatch(value) else None
    if header == "retry-after" or "reset" in header:
        return moments.milliseconds(value.strip())
    return clean.count(int(value)) if value.isdecimal() and len(value) < 20 else None


def _duration(value: str) -> int | None:
    parts = _DURATION.fullmatch(value) if value else None
    if parts is None:
        return None
    return round(sum(float(part) * unit for part, unit in zip(parts.groups(), _UNITS_MS, strict=True) if part))


# Limits that are hardly used are whole again after the same few durations.
_known_duration = lru_cache(maxsize=1024)(_duration)


# A server states the same date for a second, and limits mostly end at full seconds.
@lru_cache(maxsize=256)
def _moment(value: str) -> datetime | None:
    """Return the time in an RFC 3339 or HTTP date."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
