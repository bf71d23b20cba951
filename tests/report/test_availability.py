"""Shares are rounded down, and unknown is no number."""

import io
from collections import Counter
from fractions import Fraction

import pytest
from farebox.analysis.availability import Availability
from farebox.report.availability import availability_table, percent
from rich.console import Console

FOUND = [
    Availability("openai", 11, Counter({"rate_limited": 1}), 0),
    Availability("openai_compatible", 1_004, Counter(), 3),
]


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (Fraction(1), "100.00%"),
        (Fraction(999_999, 1_000_000), "99.99%"),
        (Fraction(2, 3), "66.66%"),
        (Fraction(1, 20), "5.00%"),
        (Fraction(0), "0.00%"),
        (None, "?"),
    ],
)
def test_only_a_provider_that_always_answered_has_all(ratio: Fraction | None, text: str) -> None:
    assert percent(ratio) == text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_a_narrow_terminal_keeps_names_and_shares_and_cuts_nothing(width: int) -> None:
    text = io.StringIO()

    Console(file=text, width=width).print(availability_table("All", "provider", FOUND, width=width))

    lines = [line.split() for line in text.getvalue().splitlines()]
    assert [line[:3] for line in lines[2:]] == [["openai", "91.66%", "12"], ["openai_compatible", "100.00%", "1,004"]]
    assert "\N{HORIZONTAL ELLIPSIS}" not in text.getvalue()
    assert max(map(len, text.getvalue().splitlines())) <= width
    assert ("rate limited" in text.getvalue()) is (width >= 60)
    assert ("unreachable" in text.getvalue()) is (width >= 100)
