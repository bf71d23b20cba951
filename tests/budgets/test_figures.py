"""Figures are shares of the limit, in its unit."""

from datetime import UTC, datetime

from farebox.budgets.figures import Figures
from farebox.budgets.use import Use
from farebox.records.windows import Window

from tests.support.budgets import USD, budget

WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
USE = Use(calls=9, nanousd=60 * USD, estimated_nanousd=50 * USD, tokens=300, estimated_tokens=50, unpriced=2, untold=1)


def test_known_cost_decides_and_estimates_are_apart() -> None:
    found = Figures(budget(), "", WINDOW, USE, forecast=150 * USD)

    assert (found.ratio, found.high_ratio, found.forecast_ratio) == (0.6, 1.1, 1.5)
    assert (found.is_used_up, found.unknown_calls) == (False, 2)


def test_a_budget_in_tokens_counts_tokens() -> None:
    found = Figures(budget(limit="300 tokens"), "", WINDOW, USE)

    assert (found.ratio, found.is_used_up, found.unknown_calls, found.forecast_ratio) == (1, True, 1, None)
