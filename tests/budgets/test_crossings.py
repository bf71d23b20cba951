"""A crossing holds where the use has reached a threshold; windows that have ended cross by later prices alone."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from farebox.budgets.crossings import Crossing, crossings, late_crossings
from farebox.budgets.figures import Figures
from farebox.budgets.use import Use
from farebox.records.windows import Window

from tests.support.budgets import USD, budget

ENDS = datetime(2026, 12, 1, tzinfo=UTC)
WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), ENDS)


def used(usd: float, estimated: float = 0) -> Figures:
    return Figures(budget(), "", WINDOW, Use(nanousd=round(usd * USD), estimated_nanousd=round(estimated * USD)))


def told(found: list[Crossing]) -> list[tuple[str, str, bool]]:
    return [(str(one.threshold), one.bound, one.after_repricing) for one in found]


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (used(49.999999999), []),
        (used(50), [("0.5", "known", False)]),
        (used(100), [("0.5", "known", False), ("0.8", "known", False), ("1", "known", False)]),
        (used(60, 40), [("0.5", "known", False), ("0.8", "high", False), ("1", "high", False)]),
    ],
)
def test_each_threshold_that_is_reached_crosses_known_before_high(
    figures: Figures, expected: list[tuple[str, str, bool]]
) -> None:
    assert told(crossings([figures])) == expected


def test_an_ended_window_crosses_where_later_prices_made_it() -> None:
    found = late_crossings([(used(90), 60 * USD)], recent=ENDS + timedelta(days=1))

    assert told(found) == [("0.8", "known", True)]


def test_a_window_that_has_just_ended_crosses_by_its_last_calls_too() -> None:
    figures = used(90)

    assert told(late_crossings([(figures, figures.used.known)], recent=ENDS)) == [
        ("0.5", "known", False),
        ("0.8", "known", False),
    ]
    assert late_crossings([(figures, figures.used.known)], recent=ENDS + timedelta(seconds=1)) == []


def test_the_key_is_budget_name_window_threshold_and_bound() -> None:
    assert Crossing(used(90), Decimal("0.8")).key == ("office", "", WINDOW.begins, "0.8", "known")
