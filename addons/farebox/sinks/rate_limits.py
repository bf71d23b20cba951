"""Rate limits as gauges; their number is bounded, because the peer names them."""

from datetime import timedelta
from functools import cache

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

    def note(self, record: Record) -> None:
        """Take over what the response of `record` states."""
        for name, amount in (record.ratelimit or {}).items():
            aspect, _, kind = name.partition("_")
            if aspect in self._gauges and self._has_room((record.provider, kind)):
                self._gauges[aspect](record.provider, kind).set(amount)
                ended = record.started_at + timedelta(milliseconds=record.duration_ms or 0)
                self._seen_at(record.provider, kind).set(ended.timestamp())

    def _has_room(self, limit: tuple[str, str]) -> bool:
        if len(self._seen) < LIMITS_LIMIT:
            self._seen.add(limit)
        return limit in self._seen
