"""The message of a budget names state, figures, what is unknown, and who spent it."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from farebox.budgets.crossings import Bound, Crossing
from farebox.budgets.figures import Figures
from farebox.budgets.use import Use
from farebox.notifications.budget_message import alert_of, budget_message
from farebox.notifications.events import event_of
from farebox.notifications.message import Message
from farebox.notifications.spenders import Spender, Spenders
from farebox.records.windows import Window
from farebox.store.alert_events import Delivery

from tests.support.budgets import USD, budget
from tests.support.notifications import NOW

WINDOW = Window(datetime(2026, 10, 31, 23, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC))
TOP = Spenders([Spender("gpt-4o", 60 * USD, 9, 0), Spender("o9", None, 2, 2)], [Spender("ann", 82 * USD, 11, 2)])


def composed(threshold: str, bound: Bound = "known", name: str = "", **values: Any) -> Message:
    given: dict[str, Any] = {
        "use": Use(11, 82 * USD, 20 * USD, unpriced=2),
        "forecast": 124 * USD,
        "burn": {"1h": 2.14},
    } | values
    after = bool(given.pop("after", False))
    figures = Figures(given.pop("budget", budget()), name, given.pop("window", WINDOW), **given)
    event = event_of(Crossing(figures, Decimal(threshold), bound, after))
    return budget_message(Delivery("id-1", event, NOW, "ops", 1), TOP, ZoneInfo("Europe/Berlin"))


def test_the_text_has_every_figure_and_who_spent_it() -> None:
    found = composed("0.8")

    assert found.title == "Budget office has reached 80 %"
    assert found.text == (
        "$82.00 of $100.00 (82%) used in the month from 2026-11-01 00:00 CET to 2026-12-01 00:00 CET. "
        "Estimates would add $20.00 (102%). Forecast: $124.00 (124%). Burn rate of the last hour: 2.1x. "
        "2 calls with unknown cost, not in these figures.\n"
        "Models: gpt-4o $60.00, o9 ? and 2 calls without a price\n"
        "People: ann $82.00 and 2 calls without a price"
    )


@pytest.mark.parametrize(
    ("threshold", "bound", "title", "alert", "severity"),
    [
        ("0.25", "known", "has reached 25 %", "FareboxBudgetUsed", "info"),
        ("0.5", "known", "has reached 50 %", "FareboxBudgetHalfUsed", "info"),
        ("0.80", "known", "has reached 80 %", "FareboxBudgetNearlyUsed", "warning"),
        ("1", "known", "is used up", "FareboxBudgetExceeded", "critical"),
        ("1.5", "known", "has reached 150 %", "FareboxBudgetExceeded", "critical"),
        ("0.125", "known", "has reached 12.5 %", "FareboxBudgetUsed", "info"),
        ("1", "high", "may have reached its limit, depending on estimates", "FareboxBudgetUncertain", "warning"),
        (
            "0.8",
            "high",
            "may have reached 80 % of its limit, depending on estimates",
            "FareboxBudgetUncertain",
            "warning",
        ),
    ],
)
def test_each_state_has_its_words_and_the_name_of_prometheus_rule(
    threshold: str, bound: Bound, title: str, alert: str, severity: str
) -> None:
    found = composed(threshold, bound)

    assert found.title == f"Budget office {title}"
    assert alert_of(Decimal(threshold), bound) == (alert, severity) == (found.labels["alertname"], found.severity)


def test_a_past_window_that_crosses_by_later_prices_says_so() -> None:
    found = composed("1", after=True)

    assert found.title == "Budget office is used up after repricing"
    assert "Calls of that window were priced anew since it ended." in found.text
    assert found.body["budget"]["after_repricing"] is True


def test_labels_name_the_budget_and_hold_no_figure() -> None:
    found = composed("1", name="ann", budget=budget(scope="user", match="*"))

    assert found.labels == {
        "alertname": "FareboxBudgetExceeded",
        "severity": "critical",
        "budget": "office",
        "scope": "user",
        "name": "ann",
        "window": "month",
    }
    assert found.title == "Budget office: ann is used up"
    assert found.ends == WINDOW.ends


def test_the_body_has_the_names_and_units_of_the_command() -> None:
    found = composed("0.8").body

    assert found["budget"] == {
        "budget": "office",
        "scope": "all",
        "name": None,
        "label": None,
        "window": "month",
        "match": (),
        "rolling": False,
        "begins": WINDOW.begins,
        "ends": WINDOW.ends,
        "unit": "nanousd",
        "limit": 100 * USD,
        "used": 82 * USD,
        "used_high": 102 * USD,
        "left": 18 * USD,
        "forecast": 124 * USD,
        "calls": 11,
        "unknown_calls": 2,
        "lower_bounds": 0,
        "burn_rate": {"1h": 2.14},
        "used_ratio": 0.82,
        "forecast_ratio": 1.24,
        "threshold": 0.8,
        "bound": "known",
        "after_repricing": False,
    }
    assert found["top"] == TOP.body()


def test_tokens_and_rolling_windows_have_their_words() -> None:
    tokens = budget(limit="1k tokens", window="rolling 24h")
    found = composed("0.8", budget=tokens, use=Use(3, tokens=850, untold=1), forecast=None, burn={})

    assert found.text.splitlines()[0] == (
        "850 tokens of 1,000 tokens (85%) used in the last 24h. 1 call with unknown use, not in these figures."
    )
    assert found.ends is None


def test_nobody_is_named_where_nobody_is_known() -> None:
    assert replace(TOP, people=()).body()["people"] == []
