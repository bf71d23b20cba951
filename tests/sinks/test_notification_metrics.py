"""Notifications are counted by destination, from 0 on."""

from farebox.sinks.notification_metrics import NotificationMetrics
from prometheus_client import CollectorRegistry


def test_each_destination_has_its_series_from_the_start() -> None:
    registry = CollectorRegistry()
    metrics = NotificationMetrics(registry, ["ops", "chat"])

    def value(name: str, destination: str = "ops") -> float | None:
        return registry.get_sample_value(f"farebox_notifications_{name}", {"destination": destination})

    assert [value(name, "chat") for name in ("sent_total", "failed_total", "waiting")] == [0, 0, 0]
    metrics.sent("ops")
    metrics.failed("ops")
    metrics.failed("ops")
    metrics.waiting({"ops": 3, "removed": 9})
    assert [value(name) for name in ("sent_total", "failed_total", "waiting")] == [1, 2, 3]
    metrics.waiting({})
    assert value("waiting") == 0
    assert value("waiting", "removed") is None
