"""The amounts of the causes add up to the difference, whatever was booked."""

import json
from typing import Any

import pytest
from farebox.librechat.bookings import bookings
from farebox.librechat.causes import BEDROCK_RATE, OTHER_RATE, OTHER_TOKENS, ROUNDING, explained
from farebox.librechat.matching import Match
from farebox.librechat.transactions import transactions
from hypothesis import given
from hypothesis import strategies as st

from tests.support import librechat_books as books

CALL = books.as_call(books.row(books.CASES[0], 0))
TOKENS = st.integers(0, 100_000)


def causes(call: dict[str, Any], **values: Any) -> dict[str, int]:
    case = books.CASES[0]._replace(**values)
    lines = [json.dumps(one) for one in books.transactions(case, 0)]
    [booking] = bookings(transactions(lines, "export"))
    return dict(explained(Match(booking, call)).causes)


@given(booked=st.tuples(TOKENS, TOKENS, TOKENS), amounts=st.tuples(st.floats(0, 1e9), st.floats(0, 1e9)))
def test_causes_add_up(booked: tuple[int, int, int], amounts: tuple[float, float]) -> None:
    case = books.CASES[0]._replace(booked=booked, credits=amounts)
    lines = [json.dumps(one) for one in books.transactions(case, 0)]
    [booking] = bookings(transactions(lines, "export"))

    found = explained(Match(booking, CALL))

    assert sum(found.causes.values()) == found.booked - CALL["cost_nanousd"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"booked": (13, 8, 13), "credits": (2.55, 7.8)}, {}),
        ({"booked": (13, 8, 13), "credits": (2.551, 7.8)}, {ROUNDING: 1}),
        ({"booked": (13, 8, 13), "credits": (5.1, 15.6)}, {OTHER_RATE: 10_350}),
        ({"booked": (13, 8, 15), "credits": (2.55, 9.0)}, {OTHER_TOKENS: 1_200}),
        ({"booked": (13, 8, 13), "credits": (45.0, 45.5), "rates": ("2.65", "3.5")}, {BEDROCK_RATE: 80_150}),
    ],
)
def test_what_is_right_is_no_cause(values: dict[str, Any], expected: dict[str, int]) -> None:
    assert causes(CALL, **values) == expected


def test_a_price_by_the_length_of_the_input_is_that_of_the_call() -> None:
    card = {"input_tokens": "3, 6 above 20 per million", "output_tokens": "15, 22.5 above 20 per million"}
    call = CALL | {"rate_card": card, "cache_read_tokens": None, "cost_nanousd": 21 * 6_000 + 13 * 22_500}

    # Two tokens more were booked than the call had, at the price above 20 tokens.
    assert causes(call, booked=(23, 0, 13), credits=(138, 292.5)) == {OTHER_TOKENS: 12_000}


def test_bedrock_s_price_is_right_for_bedrock() -> None:
    call = CALL | {"provider": "bedrock"}

    assert list(causes(call, booked=(13, 8, 13), credits=(45.0, 45.5), rates=("2.65", "3.5"))) == [OTHER_RATE]
