"""Prices in whole numbers: exact, and what has no price is named."""

from decimal import Decimal
from fractions import Fraction

import pytest
from farebox.pricing.amounts import Amounts
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from hypothesis import given
from hypothesis import strategies as st

USD = st.decimals(min_value=0, max_value=1000, places=9)
COUNTS = st.integers(0, 10**9)
NAMES = ("input_tokens", "cache_read_tokens", "output_tokens", "web_search_requests", "pages")


def card(**rates: Rate) -> RateCard:
    return RateCard("a-model", "a-source", "1", rates)


def nanousd(prices: RateCard, in_all: int = 0, **amounts: int) -> Fraction:
    price = prices.price(Amounts(amounts, in_all))
    return Fraction(price.numerator, price.denominator)


@given(
    rates=st.dictionaries(st.sampled_from(NAMES), st.tuples(USD, st.sampled_from([1, 1_000, 3_600, 1_000_000]))),
    amounts=st.dictionaries(st.sampled_from(NAMES), COUNTS),
)
def test_a_price_is_the_exact_sum(rates: dict[str, tuple[Decimal, int]], amounts: dict[str, int]) -> None:
    own = {name: Rate(usd, per) for name, (usd, per) in rates.items()}
    whole = Fraction()
    for name, amount in amounts.items():
        instead = "input_tokens" if name == "cache_read_tokens" and name not in rates else name
        usd, per = rates.get(instead, (Decimal(), 1))
        whole += Fraction(usd) / per * amount * 10**9

    assert nanousd(card(**own), **amounts) == whole


@pytest.mark.parametrize(
    ("input_tokens", "usd"), [(0, 3), (200_000, 3), (200_001, 6), (500_000, 6), (500_001, 9)], ids=str
)
def test_above_a_step_the_whole_call_is_at_its_price(input_tokens: int, usd: int) -> None:
    stepped = card(output_tokens=Rate(Decimal(3), steps=((200_000, Decimal(6)), (500_000, Decimal(9)))))

    assert nanousd(stepped, input_tokens, output_tokens=10) == usd * 10_000


@pytest.mark.parametrize(
    ("name", "missing", "price"),
    [
        ("cache_read_tokens", (), 2),
        ("cache_write_tokens", (), 2),
        ("reasoning_tokens", (), 8),
        ("input_audio_tokens", ("input_audio_tokens",), 2),
        ("cache_write_1h_tokens", ("cache_write_1h_tokens",), 2),
        ("output_image_tokens", ("output_image_tokens",), 8),
        ("images", ("images",), 0),
        ("requests", (), 0),
    ],
)
def test_what_has_no_price_of_its_own_costs_as_another_or_is_named(
    name: str, missing: tuple[str, ...], price: int
) -> None:
    plain = card(input_tokens=Rate(Decimal(2)), output_tokens=Rate(Decimal(8)))

    assert plain.price(Amounts({name: 1_000}, 0)).missing == missing
    assert nanousd(plain, **{name: 1_000}) == price * 1_000_000


def test_at_least_the_minimum_is_billed() -> None:
    heard = card(audio_seconds=Rate(Decimal("0.36"), 3_600, minimum=10))

    assert nanousd(heard, audio_seconds=3) == nanousd(heard, audio_seconds=10) == 1_000_000


def test_a_card_is_told_as_people_write_prices() -> None:
    rates = {"input_tokens": Rate(Decimal("2.50"), steps=((200_000, Decimal(5)),)), "images": Rate(Decimal("0.04"), 1)}

    assert card(**rates).description == {
        "model": "a-model",
        "match": "exact",
        "input_tokens": "2.5, 5 above 200000 per million",
        "images": "0.04 each",
    }


def test_sound_that_is_billed_by_its_length_is_not_billed_by_the_token() -> None:
    by_time = card(audio_seconds=Rate(Decimal("0.08"), 60), text_messages=Rate(Decimal("0.004"), 1))

    timed = by_time.price(Amounts({"audio_seconds": 12, "input_tokens": 40, "text_messages": 2}, 40))
    untimed = by_time.price(Amounts({"input_tokens": 40}, 40))

    assert Fraction(timed.numerator, timed.denominator) == 24_000_000
    assert timed.missing == ()
    assert untimed.missing == ("input_tokens",)
