"""Numbers as a person reads them, and exact ones for machines."""

from decimal import Decimal

import pytest
from farebox.report import figures
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("nanousd", "unpriced", "told"), [(0, 0, "$0"), (0, 1, "?"), (None, 1, "?"), (3_500_000, 1, "$0.00350")]
)
def test_spend_of_unpriced_calls_is_never_nothing(nanousd: int | None, unpriced: int, told: str) -> None:
    assert figures.spend(nanousd, unpriced) == told


@pytest.mark.parametrize(
    ("nanousd", "told"),
    [
        (None, "?"),
        (0, "$0"),
        (1, "$0.000000001"),
        (160, "$0.000000160"),
        (53_000, "$0.0000530"),
        (3_500_000, "$0.00350"),
        (12_345_678, "$0.0123"),
        (999_949_999, "$0.9999"),
        (1_000_000_000, "$1.00"),
        (1_234_567_890_123, "$1,234.57"),
        (-2_500_000_000, "-$2.50"),
    ],
)
def test_amounts(nanousd: int | None, told: str) -> None:
    assert figures.usd(nanousd) == told


@given(st.integers(-(2**63), 2**63))
def test_an_exact_amount_is_exact(nanousd: int) -> None:
    assert Decimal(figures.exact_usd(nanousd) or "") * 10**9 == nanousd


def test_an_amount_that_is_not_known_is_not_zero() -> None:
    assert figures.exact_usd(None) is None


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (None, "?"),
        (0, "0"),
        (9_999, "9,999"),
        (10_000, "10.0k"),
        (123_456, "123k"),
        (1_234_567, "1.23M"),
        (45_600_000_000, "45.6G"),
    ],
)
def test_counts(number: int | None, told: str) -> None:
    assert figures.count(number) == told


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(None, 10, "?"), (0, 10, "0%"), (1, 3, "33%"), (10, 10, "100%"), (0, 0, "?"), (1, None, "?")],
)
def test_shares(part: int | None, whole: int | None, told: str) -> None:
    assert figures.share(part, whole) == told


@pytest.mark.parametrize(
    ("milliseconds", "told"),
    [(None, "?"), (0, "0 ms"), (999, "999 ms"), (1_000, "1.0 s"), (59_900, "59.9 s"), (61_000, "1:01 min")],
)
def test_durations(milliseconds: int | None, told: str) -> None:
    assert figures.duration(milliseconds) == told


@pytest.mark.parametrize(
    ("part", "most", "told"),
    [
        (None, 8, ""),
        (0, 8, ""),
        (8, 8, "████"),
        (4, 8, "██"),
        (1, 1_000_000, "▏"),
        (3, 8, "█▌"),
        (5, 0, ""),
        (-1, 8, ""),
    ],
)
def test_bars(part: int | None, most: int, told: str) -> None:
    assert figures.bar(part, most, 4) == told


@given(st.integers(0, 2**63), st.integers(1, 2**63), st.integers(1, 40))
def test_a_bar_keeps_its_width(part: int, most: int, width: int) -> None:
    assert len(figures.bar(min(part, most), most, width)) <= width


@pytest.mark.parametrize(("number", "told"), [(0, "0 calls"), (1, "1 call"), (1_200, "1,200 calls")])
def test_nouns(number: int, told: str) -> None:
    assert figures.plural(number, "call") == told
