"""Numbers of one usage object that contradict one another: parts that are not their whole. Pure.

https://ai.google.dev/api/generate-content#UsageMetadata, https://api-docs.deepseek.com/guides/kv_cache,
https://docs.x.ai/docs/guides/reasoning, https://platform.claude.com/docs/en/build-with-claude/compaction
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ..dialects.anthropic_messages import BESIDE
from ..records import clean
from ..records.usage import Usage, total

PARTS = "parts_not_explained"
# Lists of counts by modality, and the count that they break down.
_BY_MODALITY = {
    "promptTokensDetails": "promptTokenCount",
    "candidatesTokensDetails": "candidatesTokenCount",
    "cacheTokensDetails": "cachedContentTokenCount",
}
_WRITES = ("cache_creation", "cache_creation_input_tokens")
_COUNTED_TWICE = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
_WITHIN = (
    ("input_tokens", ("cache_read_tokens", "cache_write_tokens")),
    ("input_tokens", ("input_audio_tokens", "input_image_tokens")),
    ("output_tokens", ("output_audio_tokens", "output_image_tokens")),
    ("cache_write_tokens", ("cache_write_1h_tokens",)),
)


def contradictions(sent: Mapping[str, Any], usage: Usage) -> Iterator[str]:
    """Yield a reason if numbers of `sent`, which was read as `usage`, can't all be true."""
    if any(_broken(sent)) or any(_overfull(usage)):
        yield PARTS


def _overfull(usage: Usage) -> Iterator[bool]:
    """Yield whether the parts of each total exceed it."""
    for whole, parts in _WITHIN:
        stated, inside = getattr(usage, whole), total(*(getattr(usage, part) for part in parts))
        yield stated is not None and inside is not None and inside > stated


def _broken(sent: Mapping[str, Any]) -> Iterator[bool]:
    """Yield whether each sum that is stated in parts differs from its whole."""
    for name, whole in _BY_MODALITY.items():
        if isinstance(details := sent.get(name), list):
            yield _differs(clean.count(sent.get(whole)), *(_number(entry) for entry in details))
    yield _differs(
        _count(sent, "prompt_tokens"), *(_count(sent, f"prompt_cache_{one}_tokens") for one in ("hit", "miss"))
    )
    for name in _COUNTED_TWICE:
        yield _differs(_count(sent, name), *(clean.count(one.get(name)) for one in _iterations(sent)))
    split = sent.get(_WRITES[0])
    if isinstance(split, dict):
        yield _differs(_count(sent, _WRITES[1]), *(clean.count(value) for value in split.values()))


def _iterations(sent: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return Anthropic's iterations if the totals include all of them, as they do unless one has a price of its own."""
    stated = sent.get("iterations")
    iterations: list[Mapping[str, Any]]
    iterations = [one for one in stated if isinstance(one, dict)] if isinstance(stated, list) else []
    return [] if any(one.get("type") == kind for one in iterations for kind in BESIDE) else iterations


def _differs(whole: int | None, *parts: int | None) -> bool:
    """Return whether `parts`, if any is stated, are not the whole."""
    stated = [part for part in parts if part is not None]
    return bool(whole is not None and stated and len(stated) == len(parts) and sum(stated) != whole)


def _number(entry: object) -> int | None:
    return clean.count(entry.get("tokenCount", 0)) if isinstance(entry, dict) else None


def _count(sent: Mapping[str, Any], name: str) -> int | None:
    return clean.count(sent.get(name))
