"""Money: the one rounding there is."""

from decimal import Decimal

import pytest
from farebox.pricing.cost import Cost, nanousd, nothing_billable, unpriced
from hypothesis import given
from hypothesis import strategies as st

EXACT = st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**12, places=45)
HALVES = st.integers(0, 10**15).map(lambda whole: Decimal(2 * whole + 1) / 2 / 1_000_000_000)

JUST_ABOVE_HALVES = st.integers(0, 10**15).map(lambda whole: Decimal(f"{whole}.0000000005{'0' * 30}1"))


def rounded_half_even(usd: Decimal) -> int:
    """Return `usd` in nano-USD by whole numbers alone."""
    numerator, denominator = usd.as_integer_ratio()
    whole, rest = divmod(numerator * 1_000_000_000, denominator)
    is_more = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    return whole + is_more


@given(EXACT | HALVES | JUST_ABOVE_HALVES)
def test_usd_become_nano_usd_exactly_and_half_to_even(usd: Decimal) -> None:
    found = nanousd(usd)

    assert type(found) is int
    assert found == rounded_half_even(usd)


@pytest.mark.parametrize(
    ("usd", "expected"),
    [
        ("0", 0),
        ("1", 1_000_000_000),
        ("0.00000000049", 0),
        ("0.0000000005", 0),
        ("0.0000000015", 2),
        ("0.0000000025", 2),
        ("0.000000000500000000000000000000000000000001", 1),
        ("123456789012345678901.000000001", 123456789012345678901000000001),
    ],
)
def test_rounding_by_hand(usd: str, expected: int) -> None:
    assert nanousd(Decimal(usd)) == expected


def test_unknown_is_not_zero() -> None:
    assert unpriced("no_usage") == Cost(None, "unpriced", ("no_usage",))
    assert nothing_billable() == Cost(None, "none")
