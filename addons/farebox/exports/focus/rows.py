"""Charges as rows of FOCUS. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Context, Decimal, Inexact
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
_TICK = Decimal("1e-15")
_HOUR = timedelta(hours=1)
# Which way the tokens of a column go, and their part in a cache.
_OUTPUT = frozenset(
    {"output_tokens", "reasoning_tokens", "output_audio_tokens", "output_image_tokens", "output_video_tokens"}
)
_CACHE = {"cache_read": "Read", "cache_write": "Write"}


def usage_row(charge: Charge) -> Row:
    """Return the row of `charge`; its costs are None if they are unknown."""
    key = charge.key
    listed = _list_cost(charge)
    billed = None if charge.nanousd is None else Decimal(charge.nanousd).scaleb(-9, _EXACT)
    quantity = None if listed is None else _EXACT.divide(Decimal(charge.billable), Decimal(key.per or NANO))
    return {
        **_supplier(key.provider),
        **_period(key.hour, key.hour, key.hour + _HOUR),
        **_costs(billed, listed, key.usd),
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


def purchase_row(plan: str, provider: str, month: datetime, usd: Decimal) -> Row:
    """Return the row of one month of the subscription `plan`."""
    begins, ends = month_of(month)
    return {
        **_supplier(provider),
        **_period(begins, begins, ends),
        **_costs(usd, usd, usd),
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


def _costs(billed: Decimal | None, listed: Decimal | None, unit: Decimal | None) -> Row:
    """Return the costs: no contract is known, so its prices are the list prices."""
    return {
        "BilledCost": billed,
        "EffectiveCost": billed,
        "ListCost": listed,
        "ContractedCost": listed,
        "ListUnitPrice": unit,
        "ContractedUnitPrice": unit,
        "BillingCurrency": USD,
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


def _list_cost(charge: Charge) -> Decimal | None:
    key = charge.key
    if key.usd is None or charge.nanousd is None:
        return None
    return _EXACT.divide(_EXACT.multiply(key.usd, Decimal(charge.billable)), Decimal(key.per or NANO))


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
