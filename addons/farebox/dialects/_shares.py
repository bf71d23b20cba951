"""Shares of an answer that have models, tiers or prices of their own: of a batch, as few as the prices need."""

from bisect import bisect_left
from collections.abc import Hashable, Mapping
from typing import Any

import msgspec

from ..records.price_context import price_context
from ..records.usage import Part, Usage, summed

BATCH = {"processing": "batch"}
# Above so many tokens of input some provider asks another price for the whole call.
_STEPS = (32_000, 128_000, 200_000, 256_000, 272_000, 512_000)
_MOST = 50
_FURTHER = "further"


def added(
    parts: Mapping[Hashable, Part], more: Part, model: str | None = None, words: Mapping[str, Any] | None = None
) -> Mapping[Hashable, Part]:
    """Return `parts` with one call `more`, in the share of those at the same price.

    `model` and `words` are those of the call, where the part has none itself. Where there are too many shares already,
    a call with another one is only counted.
    """
    read = more.usage.input_tokens or 0
    model, context = more.model or model, more.price_context or price_context(words or {})
    key: Hashable = (model, tuple(sorted((context or {}).items())), bisect_left(_STEPS, read))
    call = Part(more.usage, model, more.service_tier, context, more.calls, more.longest_input or read)
    if key not in parts and len(parts) >= _MOST:
        key, call = _FURTHER, Part(Usage(units={"further_calls": call.calls}))
    before = parts.get(key)
    return {**parts, key: call if before is None else _both(before, call)}


def _both(one: Part, other: Part) -> Part:
    return msgspec.structs.replace(
        one,
        usage=summed((one.usage, other.usage)),
        calls=one.calls + other.calls,
        longest_input=max(one.longest_input or 0, other.longest_input or 0),
    )


def numbered(*parts: Part) -> Mapping[Hashable, Part]:
    """Return `parts` as they are, each a share of its own."""
    return dict(enumerate(parts))
