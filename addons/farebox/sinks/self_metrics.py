"""The metrics of farebox itself."""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry

from .. import __version__
from .metric_specs import counter, gauge


class SelfMetrics:
    """What farebox reports about itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        gauge("build_info", registry).labels(__version__).set(1)
        self._inflight = gauge("inflight_calls", registry)
        self._pending = gauge("spool_pending", registry)
        self._age = gauge("price_catalogue_age_seconds", registry)
        self._dropped = counter("records_dropped", registry)
        self._dead_lettered = counter("records_dead_lettered", registry)
        self._meter_failures = counter("meter_failures", registry)
        self._usage_refusals = counter("usage_refusals", registry)
        self._access_refusals = counter("access_refusals", registry)
        self._tls_untrusted = counter("tls_untrusted_connections", registry)
        self._unchecked = counter("budget_unchecked_calls", registry)

    def catalogue_age(self, seconds: Callable[[], float]) -> None:
        """Report the age of prices that `seconds` returns, at each scrape."""
        self._age.set_function(seconds)

    def inflight(self, number: int) -> None:
        self._inflight.set(number)

    def pending(self, number: int) -> None:
        self._pending.set(number)

    def dead_lettered(self, number: int = 1) -> None:
        self._dead_lettered.inc(number)

    def dropped(self, number: int) -> None:
        self._dropped.inc(number)

    def tls_untrusted(self, number: int) -> None:
        self._tls_untrusted.inc(number)

    def unchecked(self, number: int) -> None:
        self._unchecked.inc(number)

    def meter_failures(self, failures: Iterable[tuple[str, int]]) -> None:
        for dialect, number in failures:
            self._meter_failures.labels(dialect).inc(number)

    def usage_refusals(self, refusals: Iterable[tuple[str, int]]) -> None:
        for provider, number in refusals:
            self._usage_refusals.labels(provider).inc(number)

    def access_refusals(self, refusals: Iterable[tuple[str, int]]) -> None:
        for reason, number in refusals:
            self._access_refusals.labels(reason).inc(number)
