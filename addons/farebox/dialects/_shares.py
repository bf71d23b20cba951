"""Shares of a response with models, tiers or prices of their own; a batch has one for each size of calls."""

from collections.abc import Hashable, Mapping
from typing import Any

from ..records.price_context import price_context
from ..records.usage import Part, Usage, both

BATCH = {"processing": "batch"}
# Prices can change above any multiple of this many input tokens: the recorder, which knows them, sums up the rest.
_STEP = 1_000
# Beyond this many shares, calls of any size with one model share one, of which no step is known to lie outside.
_MOST = 200
_MOST_MODELS = 50
_FURTHER = "further"


def added(
    parts: Mapping[Hashable, Part], more: Part, model: str | None = None, words: Mapping[str, Any] | None = None
) -> Mapping[Hashable, Part]:
    """Return `parts` with the call `more` added to the share of calls at the same price.

    `model` and `words` apply if the part has none itself. Beyond the maximum number of shares, calls are only counted.
    """
    read = more.usage.input_tokens or 0
    model, context = more.model or model, more.price_context or price_context(words or {})
    call = Part(more.usage, model, more.service_tier, context, more.calls, more.longest_input or read)
    same = (model, tuple(sorted((context or {}).items())))
    key: Hashable = (*same, max(read - 1, 0) // _STEP)
    if key not in parts and len(parts) >= _MOST:
        key = (*same, None)
    if key not in parts and len(parts) >= _MOST + _MOST_MODELS:
        key, call = _FURTHER, Part(Usage(units={"further_calls": call.calls}))
    before = parts.get(key)
    return {**parts, key: call if before is None else both(before, call)}


def numbered(*parts: Part) -> Mapping[Hashable, Part]:
    """Return `parts` unchanged, each as a separate share."""
    return dict(enumerate(parts))
