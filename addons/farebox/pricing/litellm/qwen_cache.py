"""Alibaba's prices for the caches of Qwen models, of which LiteLLM's list states one or none.

A read from the implicit cache costs 20 % of the input, a read from a cache that the request asks for 10 %, and writing
to that one 125 %. https://help.aliyun.com/zh/model-studio/context-cache
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from ..rate import Rate
from .data import Entry

AUTOMATIC, EXPLICIT = "automatic", "explicit"
_IMPLICIT_READ, _EXPLICIT_READ, _WRITE = Decimal("0.2"), Decimal("0.1"), Decimal("1.25")
_READ, _WRITTEN, _INPUT = "cache_read_tokens", "cache_write_tokens", "input_tokens"


def cache_rates(entry: Entry, rates: Mapping[str, Rate], kind: str) -> dict[str, Rate]:
    """Return the prices of the cache of that `kind` that the list lacks, or states for the other kind.

    None for other models, and for a provider with one kind of cache: its `kind` is empty.
    """
    model = entry.key.partition("/")[2]
    if not kind or not model.startswith("qwen") or _INPUT not in rates:
        return {}
    wanted, other = (_EXPLICIT_READ, _IMPLICIT_READ) if kind == EXPLICIT else (_IMPLICIT_READ, _EXPLICIT_READ)
    found: dict[str, Rate] = {}
    if _READ not in rates or rates[_READ].usd == rates[_INPUT].usd * other:
        found[_READ] = _share(rates[_INPUT], wanted)
    if _WRITTEN not in rates:
        found[_WRITTEN] = _share(rates[_INPUT], _WRITE)
    return found


def _share(rate: Rate, share: Decimal) -> Rate:
    return replace(rate.times(share), source="derived")
