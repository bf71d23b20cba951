"""Prices of one's own are for the token columns and units of the ledger."""

from decimal import Decimal

import msgspec
import pytest
from farebox.config.price_units import TOKENS, PerMtok, PerUnit, given
from farebox.records.usage import Usage


def test_there_is_a_price_for_every_token_column_of_the_ledger() -> None:
    columns = {name for name in Usage.__struct_fields__ if name.endswith("_tokens")}

    assert columns <= TOKENS


def test_tokens_are_the_prices_with_the_suffix_of_the_columns() -> None:
    assert {f"{name}_tokens" for name in PerMtok.__struct_fields__} == TOKENS
    assert "input_tokens" in TOKENS


@pytest.mark.parametrize("struct", [PerMtok, PerUnit])
def test_the_prices_that_are_set_are_given_zero_included(struct: type[PerMtok | PerUnit]) -> None:
    first, second, *_ = struct.__struct_fields__

    prices = msgspec.convert({first: "0.10", second: "0"}, struct)

    assert given(prices) == {first: Decimal("0.10"), second: Decimal(0)}
    assert given(struct()) == {}


def test_no_prices_are_none() -> None:
    assert given(None) == {}


@pytest.mark.parametrize("struct", [PerMtok, PerUnit])
def test_an_unknown_unit_is_refused(struct: type[PerMtok | PerUnit]) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `inptu`"):
        msgspec.convert({"inptu": 1}, struct)


@pytest.mark.parametrize("struct", [PerMtok, PerUnit])
def test_prices_are_exact_decimals(struct: type[PerMtok | PerUnit]) -> None:
    first, *_ = struct.__struct_fields__

    [price] = given(msgspec.convert({first: "0.1"}, struct)).values()

    assert price == Decimal("0.1")
    assert set(map(type, given(msgspec.convert({first: 3}, struct)).values())) == {Decimal}
