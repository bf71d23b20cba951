"""The columns of FOCUS's dataset CostAndUsage that farebox writes, and its own. Data only.

https://focus.finops.org/focus-specification/
"""

import enum
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


class Version(enum.StrEnum):
    """The versions of FOCUS."""

    V1_2 = "1.2"
    V1_3 = "1.3"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. JSON objects are text. `since` is the first version that has it."""

    name: str
    kind: type = str
    is_nullable: bool = False
    since: Version = Version.V1_2


# In 1.3, ProviderName and PublisherName are deprecated in favour of ServiceProviderName and HostProviderName, and stay.
_COLUMNS = (
    Column("BilledCost", Decimal),
    Column("BillingAccountId"),
    Column("BillingAccountName"),
    Column("BillingAccountType"),
    Column("BillingCurrency"),
    Column("BillingPeriodEnd", datetime),
    Column("BillingPeriodStart", datetime),
    Column("ChargeCategory"),
    Column("ChargeClass", is_nullable=True),
    Column("ChargeDescription"),
    Column("ChargeFrequency"),
    Column("ChargePeriodEnd", datetime),
    Column("ChargePeriodStart", datetime),
    # Never filled: the validator's rules about quantities read it.
    Column("CommitmentDiscountStatus", is_nullable=True),
    Column("ConsumedQuantity", Decimal, is_nullable=True),
    Column("ConsumedUnit", is_nullable=True),
    Column("ContractedCost", Decimal),
    Column("ContractedUnitPrice", Decimal),
    Column("EffectiveCost", Decimal),
    Column("HostProviderName", since=Version.V1_3),
    # Calls are exported before their invoice.
    Column("InvoiceId", is_nullable=True),
    Column("InvoiceIssuerName"),
    Column("ListCost", Decimal),
    Column("ListUnitPrice", Decimal),
    Column("PricingCategory"),
    Column("PricingCurrency"),
    Column("PricingCurrencyContractedUnitPrice", Decimal),
    Column("PricingCurrencyEffectiveCost", Decimal),
    Column("PricingCurrencyListUnitPrice", Decimal),
    Column("PricingQuantity", Decimal),
    Column("PricingUnit"),
    Column("ProviderName"),
    Column("PublisherName"),
    Column("ServiceCategory"),
    Column("ServiceName"),
    Column("ServiceProviderName", since=Version.V1_3),
    Column("ServiceSubcategory"),
    Column("SkuId"),
    Column("SkuMeter"),
    Column("SkuPriceDetails"),
    Column("SkuPriceId"),
    Column("SubAccountId", is_nullable=True),
    Column("SubAccountName", is_nullable=True),
    Column("SubAccountType", is_nullable=True),
    Column("Tags"),
    Column("x_Billing", is_nullable=True),
    Column("x_CostStatus", is_nullable=True),
    Column("x_Plan", is_nullable=True),
    Column("x_PriceSource", is_nullable=True),
)


def columns_of(version: Version) -> tuple[Column, ...]:
    """Return the columns of `version`, farebox's own last."""
    return tuple(one for one in _COLUMNS if one.since <= version)
