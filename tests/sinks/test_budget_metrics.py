"""Metrics of budgets: bounded by the configuration, and without a label of an instance or a person."""

from datetime import UTC, datetime

import pytest
from farebox.budgets.figures import Figures
from farebox.budgets.use import Use
from farebox.config.budgets import Budget
from farebox.records.windows import Window
from farebox.sinks.budget_metrics import BudgetMetrics
from prometheus_client import CollectorRegistry

from tests.support.budgets import USD, budget

AT = datetime(2026, 11, 20, tzinfo=UTC)
WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
EACH = budget(name="each", scope="user", match="*")
OFFICE = {"budget": "office", "scope": "all", "window": "month"}
PERSON = {"budget": "each", "scope": "user", "window": "month"}


def shown(*figures: Figures, budgets: tuple[Budget, ...] = (budget(), EACH)) -> CollectorRegistry:
    registry = CollectorRegistry()
    BudgetMetrics(registry, budgets).show(figures, AT)
    return registry


@pytest.fixture
def office() -> CollectorRegistry:
    use = Use(nanousd=50 * USD, estimated_nanousd=10 * USD, unpriced=3)
    return shown(Figures(budget(), "", WINDOW, use, {"1h": 2.5}, forecast=150 * USD))


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("limit_usd", {}, 100),
        ("used_ratio", {"bound": "known"}, 0.5),
        ("used_ratio", {"bound": "high"}, 0.6),
        ("burn_rate", {"over": "1h"}, 2.5),
        ("forecast_ratio", {}, 1.5),
        ("unknown_calls", {}, 3),
    ],
)
def test_each_figure_is_a_gauge(office: CollectorRegistry, name: str, labels: dict[str, str], value: float) -> None:
    assert office.get_sample_value(f"farebox_budget_{name}", OFFICE | labels) == value


def test_the_age_of_the_figures_is_told(office: CollectorRegistry) -> None:
    assert office.get_sample_value("farebox_budget_computed_timestamp_seconds") == AT.timestamp()


def test_of_a_budget_for_each_the_highest_figure_is_shown_and_no_name() -> None:
    registry = shown(
        *(
            Figures(EACH, name, WINDOW, Use(nanousd=usd * USD), {"1h": usd}, forecast=usd * USD)
            for name, usd in (("ann", 30), ("bob", 90), ("eve", 60))
        )
    )

    found = {
        name: registry.get_sample_value(f"farebox_budget_{name}", PERSON | labels)
        for name, labels in (("used_ratio", {"bound": "known"}), ("burn_rate", {"over": "1h"}), ("forecast_ratio", {}))
    }
    assert found == {"used_ratio": 0.9, "burn_rate": 90, "forecast_ratio": 0.9}
    assert all(set(sample.labels) <= {*PERSON, "bound", "over"} for one in registry.collect() for sample in one.samples)


def test_a_limit_in_tokens_is_no_money() -> None:
    registry = shown(budgets=(budget(limit="50M tokens"),))

    assert registry.get_sample_value("farebox_budget_limit_tokens", OFFICE) == 50_000_000
    assert registry.get_sample_value("farebox_budget_limit_usd", OFFICE) is None


def test_an_unknown_forecast_has_no_series_and_neither_have_figures_before_the_first() -> None:
    registry = CollectorRegistry()
    metrics = BudgetMetrics(registry, [budget()])

    assert registry.get_sample_value("farebox_budget_used_ratio", OFFICE | {"bound": "known"}) is None
    metrics.show([Figures(budget(), "", WINDOW, Use())], AT)

    assert registry.get_sample_value("farebox_budget_used_ratio", OFFICE | {"bound": "known"}) == 0
    assert registry.get_sample_value("farebox_budget_forecast_ratio", OFFICE) is None
