"""Charges as rows of FOCUS. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from typing import Any

import msgspec

from ...billing.payer import INCLUDED_IN
from ...config.currency import USD
from .charges import Charge, Key, month_of
from .shares import CALL, NANO

Row = Mapping[str, Any]

# Prices and quantities are exact decimals: a product that had to be rounded would be a mistake.
_EXACT = Context(prec=100, traps=[Inexact])
_JSON = msgspec.json.Encoder(order="deterministic")
_DECIMALS = 15
_TICK = Decimal(1).scaleb(-_DECIMALS)
_HOUR = timedelta(hours=1)
# Which way the tokens of a column go, and their part in a cache.
_OUTPUT = frozenset(
    {"output_tokens", "reasoning_tokens", "output_audio_tokens", "output_image_tokens", "output_video_tokens"}
)
_CACHE = {"cache_read": "Read", "cache_write": "Write"}


@dataclass(frozen=True, slots=True)
class Billing:
    """The currency that a charge is billed in: one USD is worth `rate` units of `code`, None if no rate is known."""

    code: str = USD
    rate: Fraction | None = Fraction(1)

    def of(self, usd: Decimal | None) -> Decimal | None:
        """Return an amount of USD in this currency, to fifteen decimals; None if it is unknown."""
        if usd is None or self.code == USD or not usd:
            return usd
        if self.rate is None:
            return None
        return Decimal(round(Fraction(usd) * self.rate / Fraction(_TICK))).scaleb(-_DECIMALS, _EXACT)


IN_USD = Billing()


def usage_row(charge: Charge, billing: Billing = IN_USD) -> Row:
    """Return the row of `charge`, billed in the currency of `billing`; its costs are None if they are unknown."""
    key = charge.key
    is_priced = key.usd is not None and charge.nanousd is not None
    billed = None if charge.nanousd is None else Decimal(charge.nanousd).scaleb(-9, _EXACT)
    quantity = _EXACT.divide(Decimal(charge.billable), Decimal(key.per or NANO)) if is_priced else None
    return {
        **_supplier(key.provider),
        **_period(key.hour, key.hour, key.hour + _HOUR),
        **_costs(billing, billed, quantity, key.usd),
        **_priced_in(key.currency, key.rate, billed, key.usd),
        "ChargeCategory": "Usage",
        "ChargeDescription": f"{key.meter.replace('_', ' ')} of {key.model or 'an unnamed model'} at {key.provider}",
        "ChargeFrequency": "Usage-Based",
        "ConsumedQuantity": Decimal(charge.consumed),
        "ConsumedUnit": _unit(key.meter),
        "PricingCategory": "Other" if key.billing in INCLUDED_IN else "Standard",
        "PricingQuantity": quantity,
        "PricingUnit": None if quantity is None else _pricing_unit(key),
        "SkuId": _sku(key),
        "SkuMeter": key.meter,
        "SkuPriceId": None if key.usd is None else _price_id(key),
        "SkuPriceDetails": None if key.usd is None else _details(key),
        "SubAccountId": key.team,
        "SubAccountName": key.team,
        "SubAccountType": None if key.team is None else "Team",
        "Tags": key.tags,
        "x_Billing": key.billing,
        "x_CostStatus": key.status,
        "x_Plan": key.plan,
        "x_PriceSource": key.source,
    }


def purchase_row(plan: str, provider: str, month: datetime, usd: Decimal, billing: Billing = IN_USD) -> Row:
    """Return the row of one month of the subscription `plan`."""
    begins, ends = month_of(month)
    return {
        **_supplier(provider),
        **_period(begins, begins, ends),
        **_costs(billing, usd, Decimal(1), usd),
        **_priced_in(USD, Decimal(1), usd, usd),
        "ChargeCategory": "Purchase",
        "ChargeDescription": f"one month of the plan {plan} at {provider}",
        "ChargeFrequency": "Recurring",
        "PricingCategory": "Standard",
        "PricingQuantity": Decimal(1),
        "PricingUnit": "Months",
        "SkuId": f"{provider}/plan/{plan}",
        "SkuMeter": "months",
        "SkuPriceId": f"{provider}/plan/{plan}/{_plain(usd)}",
        "SkuPriceDetails": "{}",
        "Tags": "{}",
        "x_Plan": plan,
    }


def _supplier(provider: str) -> Row:
    names = ("HostProviderName", "InvoiceIssuerName", "ProviderName", "PublisherName", "ServiceProviderName")
    return {
        **dict.fromkeys(names, provider),
        # No provider's response names the account that it bills.
        "BillingAccountId": provider,
        "BillingAccountName": provider,
        "BillingAccountType": "Provider",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": f"{provider} API",
        "ServiceSubcategory": "Generative AI",
    }


def _period(month: datetime, begins: datetime, ends: datetime) -> Row:
    first, following = month_of(month)
    return {
        "BillingPeriodStart": first,
        "BillingPeriodEnd": following,
        "ChargePeriodStart": begins,
        "ChargePeriodEnd": ends,
    }


def _costs(billing: Billing, billed: Decimal | None, quantity: Decimal | None, usd: Decimal | None) -> Row:
    """Return the costs: no contract is known, so its prices are the list prices."""
    unit, cost = billing.of(usd), billing.of(billed)
    listed = None if quantity is None or unit is None else _EXACT.multiply(unit, quantity)
    return {
        "BilledCost": cost,
        "EffectiveCost": cost,
        "ListCost": listed,
        "ContractedCost": listed,
        "ListUnitPrice": unit,
        "ContractedUnitPrice": unit,
        "BillingCurrency": billing.code,
    }


def _priced_in(currency: str, rate: Decimal, billed: Decimal | None, unit: Decimal | None) -> Row:
    """Return the costs in the price list's currency, to fifteen decimals."""
    price = None if unit is None else _converted(unit, rate)
    return {
        "PricingCurrency": currency,
        "PricingCurrencyContractedUnitPrice": price,
        "PricingCurrencyListUnitPrice": price,
        "PricingCurrencyEffectiveCost": None if billed is None else _converted(billed, rate),
    }


def _converted(usd: Decimal, rate: Decimal) -> Decimal:
    return usd if rate == 1 else (usd / rate).quantize(_TICK)


def _pricing_unit(key: Key) -> str:
    if key.per is None:
        return USD
    return _unit(key.meter) if key.per == 1 else f"{key.per} {_unit(key.meter)}"


def _unit(meter: str) -> str:
    """Return the unit of a meter: its last word, such as Tokens."""
    return "Milliseconds" if meter == "duration_ms" else meter.rpartition("_")[2].capitalize()


def _sku(key: Key) -> str:
    return f"{key.provider}/{key.model or '-'}/{key.meter}"


def _price_id(key: Key) -> str:
    words = msgspec.json.decode(key.words, type=dict[str, str])
    conditions = [*([key.tier] if key.tier else []), *(f"{name}={word}" for name, word in sorted(words.items()))]
    price = "stated" if key.per is None else f"{_plain(key.usd or Decimal(0))}/{key.per}"
    return "/".join([_sku(key), *conditions, price])


def _details(key: Key) -> str:
    """Return what sets the price; FOCUS has no names of its own for these yet, hence the prefix."""
    direction = {"x_TokenDirection": "Output" if key.meter in _OUTPUT else "Input"} if _is_tokens(key) else {}
    cache = next((action for begin, action in _CACHE.items() if key.meter.startswith(begin)), None)
    found = {
        "x_ModelId": key.model,
        **direction,
        "x_CacheAction": cache,
        "x_ServiceTier": key.tier,
        **{f"x_{name}": word for name, word in msgspec.json.decode(key.words, type=dict[str, str]).items()},
    }
    return _JSON.encode({name: value for name, value in found.items() if value is not None}).decode()


def _is_tokens(key: Key) -> bool:
    return key.meter != CALL and key.meter.endswith("_tokens")


def _plain(number: Decimal) -> str:
    return f"{number.normalize(_EXACT):f}"
