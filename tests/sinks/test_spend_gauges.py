"""The money gauges as they are scraped."""

from farebox.sinks.spend_gauges import STALE_SECONDS, SpendGauges
from prometheus_client import CollectorRegistry

SPEND = {"window": "1h", "scope": "all", "name": ""}


def test_a_sum_is_the_double_nearest_to_it() -> None:
    registry = CollectorRegistry()

    SpendGauges(registry).show([(("1h", "all", ""), 9_007_199_254_740_993)], [], [], [])

    assert registry.get_sample_value("farebox_spend_usd", SPEND) == 9007199.254740993


def test_sums_that_are_too_old_are_not_shown() -> None:
    registry, clock = CollectorRegistry(), [0.0]
    SpendGauges(registry, clock=lambda: clock[0]).show([(("1h", "all", ""), 1)], [], [], [])
    assert registry.get_sample_value("farebox_spend_usd", SPEND) == 1e-9

    clock[0] = STALE_SECONDS

    assert registry.get_sample_value("farebox_spend_usd", SPEND) is None


def test_calls_are_counted_and_not_money() -> None:
    registry = CollectorRegistry()

    SpendGauges(registry).show([], [], [], [(("1h", "unpriced"), 3)])

    labels = {"window": "1h", "cost_status": "unpriced"}
    assert registry.get_sample_value("farebox_spend_uncertain_calls", labels) == 3
