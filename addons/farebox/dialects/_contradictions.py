"""Numbers of one usage object that contradict one another: parts that are not their whole. Pure.

https://ai.google.dev/api/generate-content#UsageMetadata, https://api-docs.deepseek.com/guides/kv_cache,
https://docs.x.ai/docs/guides/reasoning, https://platform.claude.com/docs/en/build-with-claude/compaction,
https://platform.openai.com/docs/api-reference/images, https://docs.cohere.com/docs/how-does-cohere-pricing-work,
https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from ..records import clean
from ..records.usage import Usage, total
from ._base import mapping, tokens
from ._cached import WORDS, is_contradictory

PARTS = "parts_not_explained"
# Kinds of Anthropic's iterations that are billed but not included in the totals.
FALLBACK = "fallback_message"
BESIDE = frozenset({"compaction", "advisor_message", FALLBACK})
# Lists of counts by modality, and the count that they break down.
_BY_MODALITY = {
    "promptTokensDetails": "promptTokenCount",
    "candidatesTokensDetails": "candidatesTokenCount",
    "cacheTokensDetails": "cachedContentTokenCount",
}
_TEXT = frozenset({"TEXT", 1})
_HIT, _MISS = "prompt_cache_hit_tokens", "prompt_cache_miss_tokens"
_COUNTED_TWICE = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
_WITHIN = (
    ("input_tokens", ("cache_read_tokens", "cache_write_tokens")),
    ("input_tokens", ("input_audio_tokens", "input_image_tokens")),
    ("output_tokens", ("output_audio_tokens", "output_image_tokens")),
    ("cache_write_tokens", ("cache_write_1h_tokens",)),
)
# Objects that break a count down by kind, and the count.
_BY_KIND = {
    "prompt_tokens_details": ("prompt_tokens",),
    "completion_tokens_details": ("completion_tokens",),
    "input_tokens_details": ("input_tokens",),
    "input_token_details": ("input_tokens",),
    "output_tokens_details": ("output_tokens",),
    "output_token_details": ("output_tokens",),
}
_KINDS = ("text_tokens", "image_tokens", "audio_tokens", "video_tokens")
# Parts of text that some servers count within it and others beside it.
_OF_TEXT = ("reasoning_tokens", *sorted(WORDS))
# Bedrock's own counts differ from a maker's by some tokens that end the text.
_NEARLY = 0.1
# Bedrock's own counts, and the names of the same ones in the bodies of the models' makers.
_METRICS = {
    "inputTokenCount": ("input_tokens", "inputTokens", "prompt_token_count", "inputTextTokenCount"),
    "outputTokenCount": ("output_tokens", "outputTokens", "totalOutputTextTokenCount"),
    "cacheReadInputTokenCount": ("cache_read_input_tokens",),
    "cacheWriteInputTokenCount": ("cache_creation_input_tokens",),
}
# Names of Anthropic, Cohere and llama.cpp.
_ITERATIONS, _CONNECTOR, _BILLED, _TIMINGS = "iterations", "connector_tokens", "billed_units", "timings"
_RARE = frozenset({*_BY_MODALITY, *_METRICS, _HIT, _ITERATIONS, _CONNECTOR, _BILLED, _TIMINGS})


def contradictions(sent: Mapping[str, Any], usage: Usage) -> Iterator[str]:
    """Yield a reason if numbers of `sent`, which was read as `usage`, can't all be true."""
    if _is_broken(sent) or _is_overfull(usage):
        yield PARTS


def _is_overfull(usage: Usage) -> bool:
    """Return whether the parts of a total exceed it."""
    for whole, parts in _WITHIN:
        inside = 0
        for part in parts:
            inside += getattr(usage, part) or 0
        if inside and (stated := getattr(usage, whole)) is not None and inside > stated:
            return True
    return False


def _is_broken(sent: Mapping[str, Any]) -> bool:
    """Return whether a sum that is stated in parts differs from its whole."""
    # Most of the names are some provider's alone: each call passes here, so that what isn't there isn't looked at.
    if not _RARE.isdisjoint(sent) and any(_broken_rarely(sent)):
        return True
    if is_contradictory(sent):
        return True
    for name in sent:
        if name in _BY_KIND and _is_not_split(tokens(sent, *_BY_KIND[name]), mapping(sent.get(name))):
            return True
    return False


def _broken_rarely(sent: Mapping[str, Any]) -> Iterator[bool]:
    for name, whole in _BY_MODALITY.items():
        if isinstance(details := sent.get(name), list):
            yield _is_not_broken_down(_count(sent, whole), details)
    if _HIT in sent:
        yield _differs(_count(sent, "prompt_tokens"), _count(sent, _HIT), _count(sent, _MISS))
    if _ITERATIONS in sent:
        yield from _in_iterations(sent)
    for name in _METRICS.keys() & sent.keys():
        others = _METRICS[name]
        own, makers = _count(sent, name), tokens(sent, *others)
        yield own is not None and makers is not None and abs(own - makers) > _NEARLY * max(own, makers)
    yield from _in_billed_units(sent)
    if _TIMINGS in sent:
        yield from _in_timings(sent)
    # Only the total tells whether a connector's input lies within the prompt.
    yield bool(_count(sent, _CONNECTOR)) and not _count(sent, "total_tokens")


def _is_not_broken_down(whole: int | None, details: list[Any]) -> bool:
    """Return whether counts by modality are not their whole; what lacks to it is text if no text is listed."""
    entries = [mapping(entry) for entry in details]
    counts = [clean.count(entry.get("tokenCount", 0)) for entry in entries]
    if whole is None:
        return bool(total(*counts))
    is_with_text = any(
        entry.get("modality") in _TEXT for entry in entries if isinstance(entry.get("modality"), str | int)
    )
    rest = whole - (total(*counts) or 0)
    is_lacking = rest > 0 and not all(counts)
    return bool(counts) and None not in counts and (rest != 0 if is_with_text else rest < 0 or is_lacking)


def _is_not_split(whole: int | None, details: Mapping[str, Any]) -> bool:
    """Return whether counts by kind, text among them, are not their whole."""
    text = _count(details, _KINDS[0])
    if not whole or text is None:
        return False
    kinds = total(*(_count(details, name) for name in _KINDS)) or 0
    beside = [number for name in _OF_TEXT if (number := _count(details, name))]
    sums = {kinds + sum(some) for size in range(len(beside) + 1) for some in combinations(beside, size)}
    return whole not in sums


def _in_iterations(sent: Mapping[str, Any]) -> Iterator[bool]:
    """Yield whether Anthropic's totals are those of the iterations that they include."""
    stated = sent.get(_ITERATIONS)
    iterations = [mapping(one) for one in stated if isinstance(one, dict)] if isinstance(stated, list) else []
    answered = [one for one in iterations if one.get("type") == FALLBACK]
    included = answered or [one for one in iterations if not any(one.get("type") == kind for kind in BESIDE)]
    for name in _COUNTED_TWICE:
        yield _differs(_count(sent, name), *(_count(one, name) for one in included))
    for name in _COUNTED_TWICE[:2]:
        yield any(name in sent and _count(one, name) is None for one in iterations)


def _in_billed_units(sent: Mapping[str, Any]) -> Iterator[bool]:
    """Yield whether Cohere bills more than it counts; images count beside the input, and are billed within it."""
    images = tokens(sent, "tokens.image_tokens") or 0
    for name, beside in (("output_tokens", 0), ("input_tokens", images)):
        billed, counted = (tokens(sent, f"{place}.{name}") for place in (_BILLED, "tokens"))
        yield billed is not None and counted is not None and billed > counted + beside


def _in_timings(sent: Mapping[str, Any]) -> Iterator[bool]:
    """Yield whether llama.cpp's usage differs from what it timed: the prompt, its cached part, and the answer."""
    timed = mapping(sent.get(_TIMINGS))
    read, cache = _count(timed, "prompt_n"), _count(timed, "cache_n")
    if cache is not None:
        yield _differs(tokens(sent, "prompt_tokens", "tokens_evaluated"), read, cache)
    yield _differs(tokens(sent, "completion_tokens", "tokens_predicted"), _count(timed, "predicted_n"))
    yield _differs(tokens(sent, "prompt_tokens_details.cached_tokens"), cache)


def _differs(whole: int | None, *parts: int | None) -> bool:
    """Return whether `parts`, if any is stated, are not the whole."""
    stated = [part for part in parts if part is not None]
    return bool(whole is not None and stated and len(stated) == len(parts) and sum(stated) != whole)


def _count(sent: Mapping[str, Any], name: str) -> int | None:
    return clean.count(sent.get(name))
