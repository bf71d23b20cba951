"""Convert a line of LiteLLM's list to rates, for a tier, size and hour."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from ..rate import Rate
from . import fields as names
from .data import Entry
from .fields import Meaning
from .qwen_cache import cache_rates

_PIXELS = re.compile(r"(?:^|/)(\d+)-x-(\d+)/")
_INPUT = "input_cost_per_token"
DERIVED = "derived"

_Steps = tuple[tuple[int, Decimal], ...]


class Choice(NamedTuple):
    """The prices of a line that apply. `tier` is in LiteLLM's spelling; `factor` applies to token prices.

    `cache` is the kind of cache, where reads from it have prices of their own.
    """

    tier: str = ""
    words: frozenset[str] = frozenset()
    search_size: str = ""
    is_off_peak: bool = False
    factor: Decimal = Decimal(1)
    cache: str = ""


def rates(entry: Entry, choice: Choice) -> dict[str, Rate]:
    """Return the rates by the ledger's names. Zeros are left out: they mean both free and unknown.

    A price that a tier leaves out gets the tier's discount on input: where LiteLLM states both, they are equal.
    """
    prices = _numbers(entry.fields)
    if choice.is_off_peak:
        prices |= _numbers(entry.fields[names.OFF_PEAK])
    found: dict[str, Rate] = {}
    for meaning in names.meanings(entry.mode):
        if meaning.name not in found and (rate := _rate(meaning, prices, choice)):
            found[meaning.name] = rate
    found |= cache_rates(entry, found, choice.cache)
    only = names.only_output(entry.mode)
    if only in found:
        found["output_tokens"] = found[only]
    return found | _images_by_pixel(entry, prices) | _search(entry, choice)


def has_tier(entry: Entry, tier: str) -> bool:
    """Tell whether the line has a price of that tier."""
    return any(part.tier == tier for field in entry.fields if (part := names.parsed(field)))


def is_off_peak(block: Mapping[str, Any], at: datetime) -> bool:
    """Tell whether `at` (UTC) is in the block's off-peak hours; weekdays are 1 (Monday) to 7."""
    windows = block.get("windows") or [{"hours_utc": block.get("hours_utc") or []}]
    return any(
        at.isoweekday() in window.get("weekdays", range(1, 8)) and any(_within(hours, at) for hours in _hours(window))
        for window in windows
    )


def _hours(window: Mapping[str, Any]) -> list[str]:
    hours = window["hours_utc"]
    return [hours] if isinstance(hours, str) else hours


def _within(hours: str, at: datetime) -> bool:
    start, end = hours.split("-")
    now = f"{at:%H:%M}"
    return start <= now and (now < end or end == "00:00")


def _numbers(fields: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return the prices of one unit; prices by range of total input become a price and its steps."""
    tiers = fields.get(names.TIERED) or []
    stepped = {
        _above(field, int(tier["range"][0])): price
        for tier in tiers
        for field, price in tier.items()
        if field != "range"
    }
    plain = {**fields, **stepped}
    return {
        field: Decimal(price)
        for field, price in plain.items()
        if isinstance(price, Decimal | int) and not isinstance(price, bool)
    }


def _above(field: str, start: int) -> str:
    return f"{field}_above_{start // 1_000}k_tokens" if start else field


def _rate(meaning: Meaning, prices: Mapping[str, Decimal], choice: Choice) -> Rate | None:
    usd, is_derived = _price(meaning, prices, choice)
    if not usd:
        return None
    scale = meaning.usd_for * (choice.factor if meaning.is_by_token else 1)
    steps = tuple((above, price * scale) for above, price in _steps(meaning.base, prices, choice, usd))
    return Rate(usd * scale, meaning.per, steps, source=DERIVED if is_derived else None)


def _price(meaning: Meaning, prices: Mapping[str, Decimal], choice: Choice) -> tuple[Decimal | None, bool]:
    """Return a base's price, and whether it was derived from the tier's discount."""
    base = meaning.base
    wanted = [f"{base}_{word}" for word in choice.words] + [f"{base}_{choice.tier}"] * bool(choice.tier)
    own = next((prices[field] for field in wanted if field in prices), None)
    if own is not None or base not in prices:
        return own, False
    if not choice.tier or not meaning.is_by_token:
        return prices[base], False
    return prices[base] * _discount(prices, choice.tier), True


def _discount(prices: Mapping[str, Decimal], tier: str) -> Decimal:
    whole, reduced = prices.get(_INPUT), prices.get(f"{_INPUT}_{tier}")
    return reduced / whole if whole and reduced is not None else Decimal(1)


def _steps(base: str, prices: Mapping[str, Decimal], choice: Choice, usd: Decimal) -> _Steps:
    parts = [part for field in prices if (part := names.parsed(field)) and part.base == base and part.above]
    found = {part.above: _stepped(base, part.above, prices, choice, usd) for part in parts}
    return tuple(sorted(found.items()))


def _stepped(base: str, above: int, prices: Mapping[str, Decimal], choice: Choice, usd: Decimal) -> Decimal:
    start = f"{base}_above_{above // 1_000}k_tokens"
    own = prices.get(f"{start}_{choice.tier}" if choice.tier else start)
    if own is not None:
        return own
    standard = prices.get(base)
    return prices[start] * usd / standard if standard and start in prices else usd


def _images_by_pixel(entry: Entry, prices: Mapping[str, Decimal]) -> dict[str, Rate]:
    size, usd = _PIXELS.search(entry.key), prices.get(names.PIXEL)
    if not size or not usd or "input_cost_per_image" in prices:
        return {}
    return {"images": Rate(usd * int(size[1]) * int(size[2]), 1)}


def _search(entry: Entry, choice: Choice) -> dict[str, Rate]:
    """Return the fee of a web search. A fee that differs by context size is Perplexity's, charged per request.

    https://docs.perplexity.ai/guides/search-context-size-guide: "Default search_context_size is low".
    """
    fees = entry.fields.get(names.SEARCH) or {}
    by_size = {size.removeprefix("search_context_size_"): price for size, price in fees.items() if price}
    usd = by_size.get(choice.search_size or "low")
    if not usd:
        return {}
    return {"web_search_requests" if len(set(by_size.values())) == 1 else "requests": Rate(usd * 1_000, 1_000)}
