"""Calls of one hour with the same price and caller are one charge."""

from datetime import UTC, datetime, timedelta

import pytest
from farebox.exports.focus.charges import charges_of, month_of
from farebox.records.usage import Usage
from msgspec.structs import replace

from tests.support.samples import AT, reading, record_of

ROW = record_of(reading(usage=Usage(input_tokens=900)))


def test_an_hour_of_like_calls_is_one_charge_and_unlike_ones_are_several() -> None:
    rows = [
        ROW,
        replace(ROW, started_at=AT + timedelta(minutes=20)),
        replace(ROW, started_at=AT + timedelta(minutes=21), user_id="ada"),
        replace(ROW, started_at=AT + timedelta(minutes=22), operation="list_models"),
        replace(ROW, started_at=AT + timedelta(hours=1)),
    ]

    found = list(charges_of(rows))

    assert [(one.calls, one.consumed, one.nanousd, one.key.hour.hour, one.key.tags) for one in found] == [
        (2, 1_800, 4_500_000, 12, "{}"),
        (1, 900, 2_250_000, 12, '{"farebox/user":"ada"}'),
        (1, 900, 2_250_000, 13, "{}"),
    ]


def test_an_unknown_provider_is_named_by_its_host() -> None:
    row = replace(ROW, provider="unknown", host="llm.example.com", tags={"x-cost-centre": "7"})

    (charge,) = charges_of([row])

    assert (charge.key.provider, charge.key.tags) == ("llm.example.com", '{"x-cost-centre":"7"}')


@pytest.mark.parametrize(
    ("at", "first", "following"), [((2026, 11), (2026, 11), (2026, 12)), ((2026, 12), (2026, 12), (2027, 1))]
)
def test_a_month_ends_where_the_next_begins(
    at: tuple[int, int], first: tuple[int, int], following: tuple[int, int]
) -> None:
    assert month_of(datetime(*at, 30, 23, tzinfo=UTC)) == (
        datetime(*first, 1, tzinfo=UTC),
        datetime(*following, 1, tzinfo=UTC),
    )
