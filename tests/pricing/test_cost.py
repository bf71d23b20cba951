"""Money: the one rounding there is."""

from decimal import Decimal

import pytest
from farebox.pricing.cost import LEDGER_LIMIT, Cost, free, lacked, nanousd, nothing_billable, rounded, unpriced
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


def test_thousands_of_the_highest_costs_have_a_sum_that_the_ledger_can_hold() -> None:
    assert LEDGER_LIMIT == 1_000_000 * 10**9
    assert 9_000 * LEDGER_LIMIT < 2**63


@pytest.mark.parametrize(
    ("numerator", "denominator", "whole"),
    [
        (0, 1, 0),
        (1, 2, 0),
        (3, 2, 2),
        (5, 2, 2),
        (7, 2, 4),
        (1, 3, 0),
        (2, 3, 1),
        (5, 3, 2),
        (9, 3, 3),
        (499, 1_000, 0),
    ],
)
def test_a_fraction_is_rounded_half_to_even(numerator: int, denominator: int, whole: int) -> None:
    assert rounded(numerator, denominator) == whole


def test_a_gift_is_a_known_zero() -> None:
    assert free("free_operation") == Cost(0, "free", ("free_operation",))


@pytest.mark.parametrize(
    ("cost", "is_flat"),
    [
        (free("free_model"), True),
        (Cost(5, "priced", rate_card={"included": "tokens"}), True),
        (Cost(5, "partial", rate_card={"included": "tokens"}), True),
        (Cost(5, "priced", rate_card={"input_tokens": "1 per million"}), False),
        (unpriced("unknown_model"), False),
        (nothing_billable(), False),
    ],
)
def test_a_flat_cost_does_not_depend_on_the_usage(cost: Cost, is_flat: bool) -> None:
    assert cost.is_flat is is_flat


@pytest.mark.parametrize(
    ("reasons", "amounts"),
    [
        (None, []),
        ([], []),
        (["no_price:images", "no_price:service_tier=scale", "no_usage", "no_price:pages"], ["images", "pages"]),
    ],
)
def test_amounts_without_a_price_are_read_from_the_reasons(reasons: list[str] | None, amounts: list[str]) -> None:
    assert lacked(reasons) == amounts
