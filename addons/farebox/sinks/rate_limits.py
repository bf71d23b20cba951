"""Rate limits as gauges; their number is bounded, because the peer names them."""

from collections.abc import Iterable
from datetime import timedelta
from functools import cache, lru_cache

from prometheus_client import CollectorRegistry

from ..records.record import Record
from .metric_specs import gauge

LIMITS_LIMIT = 200


class RateLimits:
    """Each provider's rate limits and what is left of them, as the latest answer says."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seen: set[tuple[str, str]] = set()
        self._seen_at = cache(gauge("ratelimit_seen_timestamp_seconds", registry).labels)
        self._gauges = {
            aspect: cache(gauge(f"ratelimit_{aspect}", registry).labels) for aspect in ("limit", "remaining")
        }

    def note(self, records: Iterable[Record]) -> None:
        """Take over what `records`, of which the latest is the last, state of each limit."""
        amounts: dict[tuple[str, str, str], int] = {}
        stated: dict[tuple[str, str], Record] = {}
        for record in records:
            for name, amount in (record.ratelimit or {}).items():
                aspect, kind = _parts_of(name)
                if aspect in self._gauges:
                    amounts[aspect, record.provider, kind] = amount
                    stated[record.provider, kind] = record
        shown = {limit: record for limit, record in stated.items() if self._has_room(limit)}
        for (aspect, provider, kind), amount in amounts.items():
            if (provider, kind) in shown:
                self._gauges[aspect](provider, kind).set(amount)
        for limit, record in shown.items():
            ended = record.started_at + timedelta(milliseconds=record.duration_ms or 0)
            self._seen_at(*limit).set(ended.timestamp())

    def _has_room(self, limit: tuple[str, str]) -> bool:
        if len(self._seen) < LIMITS_LIMIT:
            self._seen.add(limit)
        return limit in self._seen


@lru_cache(LIMITS_LIMIT)
def _parts_of(name: str) -> tuple[str, str]:
    """Return the aspect of a limit and its kind: `remaining` and `requests` of `remaining_requests`."""
    aspect, _, kind = name.partition("_")
    return aspect, kind
