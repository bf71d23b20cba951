"""Pieces of PromQL."""

import re

import pytest

from dashboards.rules.promql import WINDOWS, number


@pytest.mark.parametrize(
    ("window", "level"),
    [
        ("day", "day"),
        ("week", "week"),
        ("month", "month"),
        ("rolling 1h", "day"),
        ("rolling 24h", "day"),
        ("rolling 99h", "day"),
        ("rolling 2d", "day"),
        ("rolling 3d", "week"),
        ("rolling 7d", "week"),
        ("rolling 168h", "week"),
        ("rolling 13d", "week"),
        ("rolling 14d", "month"),
        ("rolling 30d", "month"),
        ("rolling 720h", "month"),
        ("rolling 90d", "month"),
    ],
)
def test_a_window_has_the_levels_of_the_calendars_nearest(window: str, level: str) -> None:
    assert [name for name, pattern in WINDOWS.items() if re.fullmatch(pattern, window)] == [level]


def test_every_rolling_window_has_one_level() -> None:
    rolling = [f"rolling {hours}h" for hours in range(1, 2161)] + [f"rolling {days}d" for days in range(1, 91)]

    for window in rolling:
        assert sum(bool(re.fullmatch(pattern, window)) for pattern in WINDOWS.values()) == 1, window


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.5"), (14.4, "14.4"), (6, "6"), (3_888_000, "3888000")])
def test_a_number_is_short_and_exact(value: float, text: str) -> None:
    assert number(value) == text
