"""Rows obey FOCUS's rules on types, nullability and products."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from farebox.billing.payer import Payer
from farebox.exports.focus.charges import charges_of
from farebox.exports.focus.columns import Version, columns_of
from farebox.exports.focus.rows import purchase_row, usage_row
from farebox.records.record import Record
from farebox.records.usage import Usage
from msgspec.structs import replace

from tests.support.samples import AT, reading, record_of

CALL = record_of(reading(usage=Usage(input_tokens=900, cache_read_tokens=300, output_tokens=7), team="red"))
PLAN = record_of(replace(reading(usage=Usage(input_tokens=900)), **Payer("plan", "header", "claude")._asdict()))
STATED = replace(CALL, cost_status="reported", cost_nanousd=5, catalogue_cost_nanousd=None, rate_card=None)
YUAN = replace(
    CALL, rate_card={"currency": "CNY", "usd_per_cny": "0.14", **(CALL.rate_card or {})}, service_tier="flex"
)
UNKNOWN = record_of(reading(model_requested="house-blend-7b"))
MONTH = datetime(2026, 11, 1, tzinfo=UTC)


def rows_of(row: Record) -> list[Any]:
    return [usage_row(charge) for charge in charges_of([row])]


@pytest.mark.parametrize("row", [CALL, PLAN, STATED, YUAN], ids=["metered", "plan", "stated", "yuan"])
@pytest.mark.parametrize("version", Version)
def test_every_column_is_of_its_type_and_none_is_null_that_must_not_be(row: Record, version: Version) -> None:
    rows = [*rows_of(row), purchase_row("claude", "anthropic", MONTH, Decimal(200))]

    for one in rows:
        for column in columns_of(version):
            value = one.get(column.name)
            assert isinstance(value, column.kind) or (column.is_nullable and value is None), column.name
            assert value or isinstance(value, Decimal) or column.is_nullable, column.name
        assert one["PricingQuantity"] * one["ListUnitPrice"] == one["ListCost"] == one["ContractedCost"]
        assert one["BillingPeriodStart"] <= one["ChargePeriodStart"] < one["ChargePeriodEnd"] <= one["BillingPeriodEnd"]
        assert (one["ChargeCategory"] == "Usage") == (one.get("ConsumedQuantity") is not None)


def test_a_row_says_what_was_bought_by_whom() -> None:
    read = rows_of(CALL)[1]

    assert {name: read[name] for name in ("SkuMeter", "ConsumedQuantity", "PricingQuantity", "PricingUnit")} == {
        "SkuMeter": "cache_read_tokens",
        "ConsumedQuantity": Decimal(300),
        "PricingQuantity": Decimal("0.0003"),
        "PricingUnit": "1000000 Tokens",
    }
    assert read["SkuId"] == "openai/gpt-4o/cache_read_tokens"
    assert read["SkuPriceId"] == "openai/gpt-4o/cache_read_tokens/1.25/1000000"
    assert read["SkuPriceDetails"] == '{"x_CacheAction":"Read","x_ModelId":"gpt-4o","x_TokenDirection":"Input"}'
    assert (read["SubAccountId"], read["SubAccountType"]) == ("red", "Team")
    assert read["BilledCost"] == Decimal("0.000375000")
    assert (read["ChargePeriodStart"], read["ChargePeriodEnd"]) == (
        AT.replace(minute=0, second=0, microsecond=0),
        AT.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1),
    )


def test_a_plan_bills_nothing_by_the_call_and_its_month_is_a_purchase() -> None:
    (usage,) = rows_of(PLAN)
    bought = purchase_row("claude", "anthropic", MONTH, Decimal(200))

    assert (usage["BilledCost"], usage["ListCost"], usage["x_Billing"], usage["PricingCategory"]) == (
        0,
        Decimal("0.00225"),
        "plan",
        "Other",
    )
    assert (bought["BilledCost"], bought["ChargeCategory"], bought["ChargeFrequency"]) == (200, "Purchase", "Recurring")
    assert (bought["ChargePeriodStart"], bought["ChargePeriodEnd"]) == (MONTH, datetime(2026, 12, 1, tzinfo=UTC))


def test_a_stated_cost_is_priced_in_usd() -> None:
    (row,) = rows_of(STATED)

    assert (row["PricingUnit"], row["PricingQuantity"], row["ListUnitPrice"]) == ("USD", Decimal("5e-9"), 1)
    assert (row["BilledCost"], row["ConsumedQuantity"], row["ConsumedUnit"]) == (Decimal("5e-9"), 1, "Calls")


def test_a_price_list_in_yuan_is_named() -> None:
    first = rows_of(YUAN)[0]

    assert (first["PricingCurrency"], first["BillingCurrency"]) == ("CNY", "USD")
    assert first["PricingCurrencyListUnitPrice"] == (Decimal("2.5") / Decimal("0.14")).quantize(Decimal("1e-15"))
    assert '"x_ServiceTier":"flex"' in first["SkuPriceDetails"]


def test_an_unknown_cost_is_null_and_so_is_everything_that_depends_on_it() -> None:
    first = rows_of(UNKNOWN)[0]

    assert (first["ConsumedQuantity"], first["SkuId"]) == (900, "openai/house-blend-7b/input_tokens")
    null = ("BilledCost", "EffectiveCost", "ListCost", "ListUnitPrice", "PricingQuantity", "PricingUnit", "SkuPriceId")
    assert {first[name] for name in (*null, "SkuPriceDetails", "PricingCurrencyEffectiveCost")} == {None}
