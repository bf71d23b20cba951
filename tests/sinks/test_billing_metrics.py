"""Who pays, as metrics."""

from typing import Any

from farebox.sinks.billing_metrics import BillingMetrics
from farebox.sinks.increments import Increments
from prometheus_client import CollectorRegistry

from tests.support.samples import AT, record


def values(*rows: dict[str, Any]) -> CollectorRegistry:
    registry = CollectorRegistry()
    metrics = BillingMetrics(registry)
    with Increments() as sums:
        for row in rows:
            metrics.count(record(**{"provider": "anthropic", "billing": "plan", "plan": "claude", **row}), sums)
    return registry


def calls(registry: CollectorRegistry, billing: str, plan: str = "claude") -> float | None:
    labels = {"provider": "anthropic", "billing": billing, "plan": plan}
    return registry.get_sample_value("farebox_billing_calls_total", labels)


def test_calls_are_counted_by_who_pays_and_overage_begins_at_zero() -> None:
    assert (calls(values({}), "plan"), calls(values({}), "overage")) == (1, 0)
    assert calls(values({}, {"billing": "overage"}), "overage") == 1
    assert calls(values({"billing": None, "plan": None}), "unknown", "") == 1


def test_what_a_plan_has_paid_for_is_summed_at_list_price() -> None:
    registry = values(
        {"cost_status": "included", "catalogue_cost_nanousd": 2 * 10**9},
        {"cost_status": "included"},
        {"cost_status": "priced", "catalogue_cost_nanousd": 4 * 10**9},
    )

    labels = {"provider": "anthropic", "billing": "plan", "plan": "claude"}
    assert registry.get_sample_value("farebox_included_usd_total", labels) == 2


def test_the_latest_windows_are_gauges() -> None:
    stated = {"utilization_5h_percent": 12, "reset_5h_ms": 60_000, "remaining_requests": 3, "reset_requests_ms": 1}
    registry = values({"ratelimit": stated, "started_at": AT, "duration_ms": 1000})

    labels = {"provider": "anthropic", "window": "5h"}
    assert registry.get_sample_value("farebox_plan_window_used_ratio", labels) == 0.12
    reset = registry.get_sample_value("farebox_plan_window_reset_timestamp_seconds", labels)
    assert reset == AT.timestamp() + 61
    others = {"provider": "anthropic", "window": "requests"}
    assert registry.get_sample_value("farebox_plan_window_reset_timestamp_seconds", others) is None


def test_labels_are_bounded() -> None:
    registry = values(*({"plan": f"p{number}"} for number in range(600)))

    assert (calls(registry, "plan", "p1"), calls(registry, "plan", "p599")) == (1, None)
