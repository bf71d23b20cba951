"""Who pays for the calls, as metrics. Names and labels: docs/metrics.md."""

from datetime import timedelta
from functools import cache

from prometheus_client import CollectorRegistry

from ..billing.payer import OVERAGE, PLAN, UNKNOWN
from ..pricing.cost import ON_PLAN
from ..records.record import Record
from .increments import Increments
from .metric_specs import counter, gauge

# The rules of the settings name plans, and the peer names windows.
_MOST = 500


class BillingMetrics:
    """Counts calls by who pays, what plans have paid for, and how much of their windows is used."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls = cache(counter("billing_calls", registry).labels)
        self._included = cache(counter("included_usd", registry).labels)
        self._used = cache(gauge("plan_window_used_ratio", registry).labels)
        self._resets = cache(gauge("plan_window_reset_timestamp_seconds", registry).labels)
        self._seen: set[tuple[str, ...]] = set()

    def count(self, record: Record, sums: Increments) -> None:
        """Count `record` in `sums`, and take over the windows that its response states."""
        place = (record.provider, record.billing or UNKNOWN, record.plan or "")
        if not self._has_room(place):
            return
        sums.add(self._calls(*place))
        if record.billing == PLAN:
            # It begins at 0, so that increase() sees the first call beyond the plan.
            self._calls(record.provider, OVERAGE, record.plan or "")
        if record.cost_status == ON_PLAN and record.catalogue_cost_nanousd is not None:
            sums.add(self._included(*place), record.catalogue_cost_nanousd / 1e9)
        self._note_windows(record)

    def _note_windows(self, record: Record) -> None:
        limits = record.ratelimit or {}
        for name, percent in limits.items():
            if not name.startswith("utilization_"):
                continue
            window = name.removeprefix("utilization_").removesuffix("_percent")
            if not self._has_room((record.provider, window)):
                continue
            ended = record.started_at + timedelta(milliseconds=record.duration_ms or 0)
            self._used(record.provider, window).set(percent / 100)
            if (left := limits.get(f"reset_{window}_ms")) is not None:
                self._resets(record.provider, window).set((ended + timedelta(milliseconds=left)).timestamp())

    def _has_room(self, labels: tuple[str, ...]) -> bool:
        if len(self._seen) < _MOST:
            self._seen.add(labels)
        return labels in self._seen
