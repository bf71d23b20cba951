"""Shares are rounded down, and unknown is no number."""

from fractions import Fraction

import pytest
from farebox.report.availability import percent


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
