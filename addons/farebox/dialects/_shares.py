"""Shares of a response with models, tiers or prices of their own; a batch has as few as its prices require."""

from bisect import bisect_left
from collections.abc import Hashable, Mapping
from typing import Any

import msgspec

from ..records.price_context import price_context
from ..records.usage import Part, Usage, summed

BATCH = {"processing": "batch"}
# Above each of these input sizes, some provider has another price for the whole call.
_STEPS = (32_000, 128_000, 200_000, 256_000, 272_000, 512_000)
_MOST = 50
_FURTHER = "further"


def added(
    parts: Mapping[Hashable, Part], more: Part, model: str | None = None, words: Mapping[str, Any] | None = None
) -> Mapping[Hashable, Part]:
    """Return `parts` with the call `more` added to the share of calls at the same price.

    `model` and `words` apply if the part has none itself. Beyond the maximum number of shares, calls are only counted.
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
    """Return `parts` unchanged, each as a separate share."""
    return dict(enumerate(parts))
