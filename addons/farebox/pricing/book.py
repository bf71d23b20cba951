"""The price catalogue: genai-prices, with its silent zeros made to speak. The only file that imports it.

https://github.com/pydantic/genai-prices
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files

import genai_prices
from genai_prices import data_snapshot
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

from ..providers import BY_NAME
from .consumption import Consumption
from .rate import MILLION, Rate
from .ratecard import EXACT, FUZZY, RateCard

NAME = "genai-prices"
_UNITS = {
    "input_mtok": ("input_tokens", MILLION),
    "cache_read_mtok": ("cache_read_tokens", MILLION),
    "cache_write_mtok": ("cache_write_tokens", MILLION),
    "cache_write_1h_mtok": ("cache_write_1h_tokens", MILLION),
    "input_audio_mtok": ("input_audio_tokens", MILLION),
    "cache_audio_read_mtok": ("cache_read_audio_tokens", MILLION),
    "input_image_mtok": ("input_image_tokens", MILLION),
    "output_mtok": ("output_tokens", MILLION),
    "output_reasoning_mtok": ("reasoning_tokens", MILLION),
    "output_audio_mtok": ("output_audio_tokens", MILLION),
    "output_image_mtok": ("output_image_tokens", MILLION),
    "web_searches_kcount": ("web_search_requests", 1_000),
    "requests_kcount": ("requests", 1_000),
}
_STANDARD_TIERS = frozenset({"", "default", "standard", "auto", "on_demand"})

_Choice = tuple[int, tuple[int, ...], str]


class Book:
    """Prices of genai-prices' data, as it came with the package."""

    name = NAME

    def __init__(self) -> None:
        self._cards: dict[tuple[str, str, _Choice], RateCard] = {}

    @property
    def version(self) -> str:
        return catalogue_version()

    def knows_provider(self, provider: str) -> bool:
        return _provider(provider) is not None

    def knows(self, provider: str, model: str | None) -> bool:
        return model is not None and _find(provider, model) is not None

    def card(self, asked: Consumption) -> RateCard | None:
        name, model = next(
            ((name, found) for name in asked.models if (found := _find(asked.provider, name))), (None, None)
        )
        if name is None or model is None:
            return None
        choice = _choice(model, asked)
        key = (asked.provider, name, choice)
        if key not in self._cards:
            self._cards[key] = _card(model, name, choice)
        return self._cards[key]


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
def _find(provider: str, model: str) -> ModelInfo | None:
    catalogue = _provider(provider)
    if catalogue is None:
        return None
    return catalogue.find_model(model.lower(), all_providers=data_snapshot.get_snapshot().providers)


def _choice(model: ModelInfo, asked: Consumption) -> _Choice:
    """Return which of the model's prices hold: the conditional one, the variants, and a tier without any."""
    tier = (asked.tier or "").lower()
    context = {**asked.context, "service_tier": tier} if tier else asked.context
    variants = tuple(
        number
        for number, variant in enumerate(model.price_variants or ())
        if (variant.constraint is None or variant.constraint.active(asked.at))
        and all(context.get(name) == value for name, value in variant.when.items())
    )
    has_tier = any((model.price_variants or ())[number].when.get("service_tier") == tier for number in variants)
    return _conditional(model, asked.at), variants, "" if has_tier or tier in _STANDARD_TIERS else tier


def _conditional(model: ModelInfo, at: datetime) -> int:
    if isinstance(model.prices, ModelPrice):
        return 0
    active = (
        number
        for number, one in reversed(list(enumerate(model.prices)))
        if one.constraint is None or one.constraint.active(at)
    )
    return next(active, 0)


def _card(model: ModelInfo, name: str, choice: _Choice) -> RateCard:
    conditional, variants, missing_tier = choice
    standard = model.prices if isinstance(model.prices, ModelPrice) else model.prices[conditional].prices
    prices = _rates(standard)
    for number in reversed(variants):
        prices = {**prices, **_rates((model.price_variants or ())[number].prices)}
    rates = {_UNITS[key][0]: _rate(value, _UNITS[key][1]) for key, value in prices.items() if key in _UNITS}
    return RateCard(
        model=model.id,
        source=NAME,
        version=catalogue_version(),
        rates=rates,
        match=EXACT if model.id.lower() == name.lower() else FUZZY,
        notes=(f"no_price:service_tier={missing_tier}",) if missing_tier else (),
        free="free_model" if not rates and model.id.endswith(":free") else None,
    )


def _rates(prices: ModelPrice) -> Mapping[str, Decimal | TieredPrices]:
    return {key: value for key, value in vars(prices).items() if value is not None and not key.startswith("_")}


def _rate(value: Decimal | TieredPrices, per: int) -> Rate:
    if isinstance(value, TieredPrices):
        return Rate(value.base, per, tuple((tier.start, tier.price) for tier in value.tiers))
    return Rate(value, per)
