"""The shares of a call add up to its cost, to the nano-dollar."""

from decimal import Decimal
from typing import Any

import pytest
from farebox.billing.payer import Payer
from farebox.exports.focus.shares import CALL, Share, shares_of
from farebox.records.record import Record
from farebox.records.usage import Usage
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.samples import reading, record, record_of

MODELS = [("openai", "gpt-4o"), ("openai", "gpt-5"), ("anthropic", "claude-sonnet-4-5"), ("openai", "house-blend-7b")]
PAYERS = [Payer("metered", "key_kind"), Payer("plan", "header", "claude"), Payer("free_tier", "header")]
SMALL, LARGE = st.integers(0, 300), st.integers(0, 400_000)


def row_of(model: tuple[str, str], usage: Usage, payer: Payer = PAYERS[0], **values: Any) -> Record:
    read = reading(provider=model[0], host=f"api.{model[0]}.com", model_requested=model[1], usage=usage)
    return record_of(replace(read, **payer._asdict(), **values))


@given(
    model=st.sampled_from(MODELS),
    payer=st.sampled_from(PAYERS),
    plain=SMALL | LARGE,
    read=SMALL | LARGE,
    written=SMALL,
    output=SMALL | LARGE,
    thought=SMALL,
    searches=st.integers(0, 3),
)
def test_the_shares_of_a_call_add_up_to_its_cost(  # noqa: PLR0913, PLR0917 - the amounts of a call
    model: tuple[str, str], payer: Payer, plain: int, read: int, written: int, output: int, thought: int, searches: int
) -> None:
    usage = Usage(
        input_tokens=plain + read + written,
        cache_read_tokens=read,
        cache_write_tokens=written,
        output_tokens=output + thought,
        reasoning_tokens=thought,
        units={"web_search_requests": searches} if searches else None,
    )

    row = row_of(model, usage, payer)

    shares = shares_of(row)
    known = [share.nanousd for share in shares if share.nanousd is not None]
    if row.cost_nanousd is not None:
        assert sum(known) == row.cost_nanousd
        assert shares
    else:
        assert sum(known) == 0
    assert all(share.consumed > 0 for share in shares)
    tokens = sum(share.consumed for share in shares if share.meter.endswith("_tokens"))
    assert tokens == plain + read + written + output + thought or [share.meter for share in shares] == [CALL]


def test_a_share_has_the_price_that_the_call_had() -> None:
    usage = Usage(input_tokens=250_000, cache_read_tokens=10_000, output_tokens=7)

    assert shares_of(row_of(("anthropic", "claude-sonnet-4-5"), usage)) == [
        Share("input_tokens", 240_000, 240_000, 10**6, Decimal(6), 1_440_000_000),
        Share("cache_read_tokens", 10_000, 10_000, 10**6, Decimal("0.6"), 6_000_000),
        Share("output_tokens", 7, 7, 10**6, Decimal("22.5"), 157_500),
    ]


def test_a_stated_cost_is_divided_by_list_prices_and_undivided_without_them() -> None:
    listed = row_of(MODELS[0], Usage(input_tokens=900, output_tokens=100))
    stated = replace(listed, cost_status="reported", cost_nanousd=3_000_001)

    assert [(one.meter, one.nanousd) for one in shares_of(stated)] == [
        ("input_tokens", 2_076_924),
        ("output_tokens", 923_077),
    ]
    without = replace(stated, catalogue_cost_nanousd=None, rate_card=None)
    assert shares_of(without) == [Share(CALL, 1, 3_000_001, None, Decimal(1), 3_000_001)]


def test_a_plan_bills_nothing_and_keeps_the_list_price() -> None:
    shares = shares_of(row_of(MODELS[2], Usage(input_tokens=1_000_000), PAYERS[1]))

    assert [(one.meter, one.nanousd, int(one.listed)) for one in shares] == [("input_tokens", 0, 6 * 10**9)]


def test_an_unknown_cost_stays_unknown_with_its_quantities() -> None:
    shares = shares_of(row_of(MODELS[3], Usage(input_tokens=5, output_tokens=2)))

    assert shares == [Share("input_tokens", 5), Share("output_tokens", 2)]


@pytest.mark.parametrize(("status", "shares"), [("none", []), ("unpriced", [Share(CALL, 1)])])
def test_a_call_without_usage_is_told_if_something_may_be_billed(status: str, shares: list[Share]) -> None:
    assert shares_of(record(cost_status=status, usage_source="none")) == shares


def test_a_third_of_an_hour_is_priced_in_usd() -> None:
    row = replace(
        record(usage_source="reported", cost_nanousd=120_000_000, catalogue_cost_nanousd=120_000_000),
        units={"audio_seconds": 1_200},
        rate_card={"audio_seconds": "0.36 per hour"},
    )

    assert shares_of(row) == [Share("audio_seconds", 1_200, 120_000_000, None, Decimal(1), 120_000_000)]
