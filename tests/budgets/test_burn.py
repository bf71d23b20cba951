"""Burn rates: 1 is just affordable."""

from datetime import timedelta

import pytest
from farebox.budgets.burn import SPANS, amount_over, rate, rates

HOUR = timedelta(hours=1)


def test_a_budget_that_is_used_evenly_burns_at_one() -> None:
    assert rate(100 / 720, HOUR, 100, 720 * HOUR) == pytest.approx(1)


@pytest.mark.parametrize(
    ("elapsed", "span", "amount"),
    [
        (timedelta(0), 2 * HOUR, 10 + 20 + 30),
        (timedelta(minutes=15), 2 * HOUR, 10 + 20 + 30 * 0.75),
        (timedelta(minutes=15), HOUR, 10 + 20 * 0.75),
        (timedelta(minutes=15), 24 * HOUR, 60),
    ],
)
def test_a_span_takes_its_first_hour_in_proportion(elapsed: timedelta, span: timedelta, amount: float) -> None:
    assert amount_over([10, 20, 30], elapsed, span) == pytest.approx(amount)


def test_each_span_has_its_rate() -> None:
    found = rates({"5m": 1, "30m": 2, "1h": 4}, [7, 7, 7] + [0] * 23, timedelta(minutes=30), 1_000, 1_000 * HOUR)

    assert tuple(found) == SPANS
    assert found == pytest.approx({"5m": 12, "30m": 6, "1h": 7, "2h": 17.5 / 2, "6h": 21 / 6, "1d": 21 / 24})
