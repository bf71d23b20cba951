"""The catalogue's price keys as the ledger's amounts. Other keys cannot be billed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from genai_prices.types import ModelPrice, TieredPrices

from ..rate import MILLION, Rate

_HOUR = 3_600


class Unit(NamedTuple):
    """An amount of the ledger, and the number of it that the catalogue prices."""

    name: str
    per: int


UNITS: Mapping[str, tuple[Unit, ...]] = {
    "input_mtok": (Unit("input_tokens", MILLION),),
    "cache_read_mtok": (Unit("cache_read_tokens", MILLION),),
    "cache_write_mtok": (Unit("cache_write_tokens", MILLION),),
    "cache_write_1h_mtok": (Unit("cache_write_1h_tokens", MILLION),),
    "input_audio_mtok": (Unit("input_audio_tokens", MILLION),),
    "cache_audio_read_mtok": (Unit("cache_read_audio_tokens", MILLION),),
    "input_image_mtok": (Unit("input_image_tokens", MILLION),),
    "cache_image_read_mtok": (Unit("cache_read_image_tokens", MILLION),),
    "input_video_mtok": (Unit("input_video_tokens", MILLION),),
    "output_mtok": (Unit("output_tokens", MILLION),),
    "output_reasoning_mtok": (Unit("reasoning_tokens", MILLION),),
    "output_audio_mtok": (Unit("output_audio_tokens", MILLION),),
    "output_image_mtok": (Unit("output_image_tokens", MILLION),),
    "output_video_mtok": (Unit("output_video_tokens", MILLION),),
    "output_citation_mtok": (Unit("citation_tokens", MILLION),),
    "input_mchars": (Unit("characters", MILLION),),
    "input_text_messages_kcount": (Unit("text_messages", 1_000),),
    # Both keys state one price: `audio_hours` for audio in either direction, `input_audio_hours` for input.
    "input_audio_hours": (Unit("audio_seconds", _HOUR), Unit("audio_milliseconds", _HOUR * 1_000)),
    "audio_hours": (Unit("audio_seconds", _HOUR), Unit("audio_milliseconds", _HOUR * 1_000)),
    "input_document_kpages": (Unit("pages", 1_000),),
    "input_annotated_document_kpages": (Unit("annotated_pages", 1_000),),
    "rerank_searches_kcount": (Unit("search_units", 1_000),),
    "web_searches_kcount": (Unit("web_search_requests", 1_000),),
    "social_searches_kcount": (Unit("x_search_requests", 1_000),),
    "storage_searches_kcount": (Unit("file_search_requests", 1_000),),
    "code_executions_kcount": (Unit("code_interpreter_calls", 1_000),),
    "requests_kcount": (Unit("requests", 1_000),),
}
# The minimum that a call is billed: https://console.groq.com/docs/speech-to-text
_MINIMUM = {
    f"groq/{model}": {"audio_seconds": 10, "audio_milliseconds": 10_000}
    for model in ("whisper-large-v3", "whisper-large-v3-turbo")
}

Prices = Mapping[str, Decimal | TieredPrices]


def stated(prices: ModelPrice) -> Prices:
    """Return the prices that are set, by the catalogue's key."""
    return {key: value for key, value in vars(prices).items() if value is not None and not key.startswith("_")}


def rates(prices: Prices, ref: str) -> dict[str, Rate]:
    """Return the rates in `prices` of the model `ref` ("provider/model"), by the ledger's name of the amount."""
    least = _MINIMUM.get(ref, {})
    return {
        unit.name: _rate(prices[key], unit.per, least.get(unit.name, 0))
        for key, units in UNITS.items()
        if key in prices
        for unit in units
    }


def without_unit(prices: Prices) -> tuple[str, ...]:
    """Return the keys that have no amount in the ledger."""
    return tuple(key for key in prices if key not in UNITS)


def _rate(value: Decimal | TieredPrices, per: int, minimum: int) -> Rate:
    if isinstance(value, TieredPrices):
        return Rate(value.base, per, tuple((tier.start, tier.price) for tier in value.tiers), minimum)
    return Rate(value, per, (), minimum)
