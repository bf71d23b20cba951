"""Known use, what estimates add, and calls of which the use is not known are kept apart."""

import pytest
from farebox.budgets.use import NO_USE, Amount, Use, use_of


@pytest.mark.parametrize(
    ("status", "usd", "tokens", "unknown", "untold"),
    [
        ("priced", Amount(70), Amount(50), 0, 1),
        ("reported", Amount(70), Amount(50), 0, 1),
        ("partial", Amount(70), Amount(50), 0, 1),
        ("estimated", Amount(0, 70), Amount(0, 50), 0, 1),
        ("unpriced", Amount(70), Amount(50), 4, 1),
        ("none", Amount(70), Amount(50), 0, 0),
    ],
)
def test_a_status_decides_what_is_known(status: str, usd: Amount, tokens: Amount, unknown: int, untold: int) -> None:
    found = use_of(status, 4, nanousd=70, tokens=50, told=3)

    assert (found.in_unit("USD"), found.in_unit("tokens")) == (usd, tokens)
    assert (found.unknown("USD"), found.unknown("tokens")) == (unknown, untold)
    assert found.partial == (4 if status == "partial" else 0)


def test_uses_add_up_field_by_field() -> None:
    one = Use(*range(1, 10))

    assert one + one + NO_USE == Use(*range(2, 20, 2))


@pytest.mark.parametrize(("status", "listed"), [("included", 170), ("priced", 70), ("reported", 70)])
def test_a_list_price_counts_only_for_what_a_plan_has_paid_for(status: str, listed: int) -> None:
    found = use_of(status, 4, nanousd=70, tokens=50, told=3, listed=100)

    assert (found.in_unit("USD"), found.in_unit("list")) == (Amount(70), Amount(listed))


def test_the_high_amount_holds_the_known_one() -> None:
    assert Amount(3, 4).high == 7
