"""The metrics of notifications, by destination: bounded by the configuration."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry

from .metric_specs import counter, gauge


class NotificationMetrics:
    """Counts notifications to `destinations`. Threads may share it."""

    def __init__(self, registry: CollectorRegistry, destinations: Iterable[str]) -> None:
        self._sent = counter("notifications_sent", registry)
        self._failed = counter("notifications_failed", registry)
        self._waiting = gauge("notifications_waiting", registry)
        self._destinations = tuple(destinations)
        for name in self._destinations:
            for metric in (self._sent, self._failed, self._waiting):
                metric.labels(name)

    def sent(self, destination: str) -> None:
        """Count one that `destination` has taken."""
        self._sent.labels(destination).inc()

    def failed(self, destination: str) -> None:
        """Count an attempt that `destination` has not taken."""
        self._failed.labels(destination).inc()

    def waiting(self, numbers: Mapping[str, int]) -> None:
        """Show how many wait for each destination."""
        for name in self._destinations:
            self._waiting.labels(name).set(numbers.get(name, 0))
