"""The price catalogue: genai-prices, with its silent zeros made to speak. The only file that imports it.

https://github.com/pydantic/genai-prices
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files

import genai_prices
from genai_prices import data_snapshot
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

from ..providers import BY_NAME
from ..usage import Usage, total
from .cost import FREE, LEDGER_LIMIT, PARTIAL, PRICED, Cost, nanousd, unpriced

_TOKENS = {
    "input_tokens": "input_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "cache_write_1h_tokens": "cache_write_1h_tokens",
    "input_audio_tokens": "input_audio_tokens",
    "output_tokens": "output_tokens",
    "output_audio_tokens": "output_audio_tokens",
    "output_image_tokens": "output_image_tokens",
}
_UNITS = {"web_search_requests": "web_searches"}
# Amounts that the catalogue would take at another price, or at none, where it has no price of their own.
_OWN_PRICE = {
    "cache_write_1h_tokens": "cache_write_1h_mtok",
    "input_audio_tokens": "input_audio_mtok",
    "output_audio_tokens": "output_audio_mtok",
    "output_image_tokens": "output_image_mtok",
    "web_searches": "web_searches_kcount",
}
_FREE_OF_CHARGE = frozenset({"web_fetch_requests", "computer_calls"})
_STANDARD_TIERS = frozenset({"", "default", "standard", "auto", "on_demand"})


def price(*, provider: str, models: tuple[str | None, ...], usage: Usage, tier: str | None, at: datetime) -> Cost:
    """Return what `usage` costs at list price.

    The first of `models` (as served, as asked for) that the catalogue knows is priced; `tier` is the service tier as
    served, `at` the time of the request.
    """
    found = next((match for model in models if model and (match := _find(provider, model))), None)
    if found is None:
        return unpriced("unknown_provider" if _provider(provider) is None else "unknown_model")
    model, is_exact = found
    rates = model.get_prices(at, {"service_tier": tier} if tier else None)
    version, card = catalogue_version(), _rate_card(model, rates, is_exact=is_exact)
    if not _rates(rates):
        return _empty(model, version, card)
    amounts = _amounts(usage)
    reasons = list(_reservations(rates, usage, amounts))
    if (tier or "").lower() not in _STANDARD_TIERS and not _has_tier(model, tier, at):
        reasons.append(f"no_price:service_tier={tier}")
    lowest_input = total(amounts.get("cache_read_tokens"), amounts.get("cache_write_tokens")) or 0
    if amounts.get("input_tokens", lowest_input) < lowest_input:
        amounts["input_tokens"] = lowest_input
        reasons.append("cache_exceeds_input")
    try:
        whole = nanousd(rates.calc_price(genai_prices.Usage(**amounts))["total_price"])
    except ValueError:
        return unpriced("inconsistent_usage")
    if whole > LEDGER_LIMIT:
        return unpriced("inconsistent_usage")
    return Cost(whole, PARTIAL if reasons else PRICED, tuple(reasons), "genai-prices", version, card)


def knows(provider: str, model: str | None) -> bool:
    """Tell whether the catalogue has `model` of `provider`."""
    return model is not None and _find(provider, model) is not None


@cache
def catalogue_version() -> str:
    """Return the catalogue's package version and the start of its data's sha256."""
    data = files(genai_prices).joinpath("data.py").read_bytes()
    return f"{genai_prices.__version__}+sha256.{hashlib.sha256(data).hexdigest()[:12]}"


@cache
def _provider(name: str) -> Provider | None:
    """Return the catalogue's provider: matched by its exact id, as its host patterns are loose."""
    known = BY_NAME.get(name)
    wanted = (known.catalogue or known.name) if known else None
    return next((one for one in data_snapshot.get_snapshot().providers if one.id == wanted), None)


@lru_cache(maxsize=4096)
def _find(provider: str, model: str) -> tuple[ModelInfo, bool] | None:
    catalogue = _provider(provider)
    found = catalogue and catalogue.find_model(model.lower(), all_providers=data_snapshot.get_snapshot().providers)
    return (found, found.id.lower() == model.lower()) if found else None


def _rates(rates: ModelPrice) -> dict[str, Decimal | TieredPrices]:
    return {key: value for key, value in vars(rates).items() if value is not None and not key.startswith("_")}


def _rate_card(model: ModelInfo, rates: ModelPrice, *, is_exact: bool) -> dict[str, str]:
    card = {"model": model.id, "match": "exact" if is_exact else "fuzzy"}
    for key, value in _rates(rates).items():
        if isinstance(value, TieredPrices):
            card[key] = ", ".join([str(value.base), *(f"{tier.price} above {tier.start}" for tier in value.tiers)])
        else:
            card[key] = str(value)
    return card


def _empty(model: ModelInfo, version: str, card: dict[str, str]) -> Cost:
    """Return the Cost where the catalogue has a model without prices: free only where its name says so."""
    if model.id.endswith(":free"):
        return Cost(0, FREE, ("free_model",), "genai-prices", version, card)
    return unpriced("empty_price")


def _amounts(usage: Usage) -> dict[str, int]:
    """Return the usage under the catalogue's names."""
    named = {name: getattr(usage, column) for column, name in _TOKENS.items()}
    named |= {name: (usage.units or {}).get(unit) for unit, name in _UNITS.items()}
    return {name: amount for name, amount in named.items() if amount is not None}


def _has_tier(model: ModelInfo, tier: str | None, at: datetime) -> bool:
    """Tell whether the catalogue has prices for `tier` at that time: many it has from some day on only."""
    return any(
        variant.when.get("service_tier") == tier and (variant.constraint is None or variant.constraint.active(at))
        for variant in model.price_variants or ()
    )


def _reservations(rates: ModelPrice, usage: Usage, amounts: dict[str, int]) -> Iterator[str]:
    """Yield what the catalogue would leave out of the price without a word."""
    priced = _rates(rates)
    for name, key in _OWN_PRICE.items():
        if amounts.get(name) and key not in priced:
            yield f"no_price:{name}"
    for unit, amount in (usage.units or {}).items():
        if amount and unit not in _UNITS and unit not in _FREE_OF_CHARGE:
            yield f"no_price:{unit}"
    if usage.output_tokens and "output_mtok" not in priced:
        yield "no_price:output_tokens"
    if usage.input_tokens and "input_mtok" not in priced:
        yield "no_price:input_tokens"
