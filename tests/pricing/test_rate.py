"""One price: steps, exact products, and how it is written in the ledger."""

from decimal import Decimal, Inexact

import pytest
from farebox.pricing.rate import HOUR_MS, MILLION, Rate, exact_product

STEPPED = Rate(Decimal(3), steps=((200_000, Decimal(6)), (500_000, Decimal(9))))


@pytest.mark.parametrize(
    ("input_tokens", "usd"), [(0, 3), (200_000, 3), (200_001, 6), (500_000, 6), (500_001, 9), (10**9, 9)]
)
def test_above_a_step_its_price_holds(input_tokens: int, usd: int) -> None:
    assert STEPPED.at(input_tokens) == usd


def test_a_price_is_for_a_million_without_a_minimum_unless_stated() -> None:
    assert Rate(Decimal(1)) == Rate(Decimal(1), MILLION, (), 0, None)
    assert MILLION == 10**6
    assert HOUR_MS == 60 * 60 * 1_000


def test_a_multiplier_applies_to_each_step_and_to_nothing_else() -> None:
    rate = Rate(Decimal("0.3"), 1_000, ((200, Decimal("0.7")),), minimum=10, source="litellm")

    assert rate.times(Decimal("1.1")) == Rate(Decimal("0.33"), 1_000, ((200, Decimal("0.77")),), 10, "litellm")


@pytest.mark.parametrize(
    ("factors", "product"),
    [
        ((), "1"),
        (("0.1", "0.2", "3"), "0.06"),
        (("1." + "1" * 60, "1." + "1" * 40), f"{int('1' * 61) * int('1' * 41)}e-100"),
    ],
)
def test_a_product_keeps_every_digit(factors: tuple[str, ...], product: str) -> None:
    found = exact_product(*map(Decimal, factors))

    assert found == Decimal(product)


def test_a_product_with_too_many_digits_is_refused_instead_of_rounded() -> None:
    number = Decimal("1." + "3" * 150)

    with pytest.raises(Inexact):
        exact_product(number, number)


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (Rate(Decimal("2.50")), "2.5 per million"),
        (Rate(Decimal(10)), "10 per million"),
        (Rate(Decimal("1E-7")), "0.0000001 per million"),
        (Rate(Decimal("0.04"), 1), "0.04 each"),
        (Rate(Decimal(8), 1_000), "8 per thousand"),
        (Rate(Decimal("0.36"), 3_600), "0.36 per hour"),
        (Rate(Decimal("0.36"), HOUR_MS), "0.36 per hour"),
        (Rate(Decimal(2), 2 * HOUR_MS), "2 per 2 hours"),
        (Rate(Decimal(2), HOUR_MS + 1), "2 per 3600001"),
        (Rate(Decimal(2), 7), "2 per 7"),
        (STEPPED, "3, 6 above 200000, 9 above 500000 per million"),
        (Rate(Decimal("0.36"), 3_600, minimum=10), "0.36 per hour, at least 10"),
        (Rate(Decimal("0.36"), 3_600, minimum=1, source="litellm"), "0.36 per hour, at least 1 (litellm)"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_rate_is_written_as_people_write_prices(rate: Rate, text: str) -> None:
    assert str(rate) == text
