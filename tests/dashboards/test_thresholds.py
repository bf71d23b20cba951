"""Levels of boards and alerts."""

from dashboards import thresholds


def test_a_worse_level_lies_beyond_the_milder_one() -> None:
    assert thresholds.BUDGET_HALF_USED < thresholds.BUDGET_NEARLY_USED < thresholds.BUDGET_EXCEEDED
    assert thresholds.BUDGET_EXCEEDED < thresholds.FORECAST_OVER
    assert thresholds.FAILING_NOTICEABLE < thresholds.PROVIDER_ERRORS < thresholds.PROVIDER_DOWN
    assert thresholds.RATE_LIMITED_NOTICEABLE < thresholds.RATE_LIMITED
    assert thresholds.RATE_LIMIT_NEAR < thresholds.RATE_LIMIT_LOW
    assert thresholds.UNATTRIBUTED_NOTICEABLE < thresholds.UNATTRIBUTED_HIGH


def test_a_fast_burn_is_faster_than_a_slow_one_of_the_same_window() -> None:
    slow = {burn.window: burn.factor for burn in reversed(thresholds.BURN_SLOW)}

    assert all(burn.factor > slow.get(burn.window, 0) for burn in thresholds.BURN_FAST)
