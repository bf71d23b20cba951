"""Counts in a usage object that its dialect does not read: under another name or in another place. Pure.

A provider may bill a field that it adds or renames, so a count that nothing reads makes the cost partial.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

from ..records.usage import Usage

# Counts that are no part of a bill, or that others repeat: shares of text, what was not cached, gateways' own totals.
_KNOWN = frozenset(
    {
        *("text_tokens", "textTokens", "video_tokens", "prompt_cache_miss_tokens", "raw_prompt_token"),
        *("accepted_prediction_tokens", "rejected_prediction_tokens", "context_details", "iterations"),
        *("total_tokens", "totalTokens", "totalTokenCount", "tokens", "tokenCount", "billableCharacterCount"),
        *("inputTokenCount", "outputTokenCount", "inputTokens", "outputTokens", "totalOutputTextTokenCount"),
        *("inputTextTokenCount", "prompt_token_count", "generation_token_count", "doc_size_bytes"),
        *("prompt_audio_seconds", "request_count", "invocation_count", "num_server_side_tools_used", "mcp_calls"),
        "cached_tokens",
        *("ephemeral_5m_input_tokens", "ephemeral_5m_tokens", "num_sources_used"),
        *("wordPolicyUnits", "sensitiveInformationPolicyFreeUnits", "automatedReasoningPolicies"),
        *("tokens_cached", "cache_n", "prompt_n", "predicted_n", "draft_n", "draft_n_accepted"),
    }
)
# Names of amounts that are no counts: times, speeds, prices.
_OTHER = re.compile(
    r"time|duration|latency|per_sec|cost|price|credit|ticks|nano|_ms$|_ns$|index|version", re.IGNORECASE
)
_TOTALS = frozenset({"total_tokens", "totalTokens", "totalTokenCount"})
_DEPTH = 5
# A smaller number is equal to another one by chance.
_LEAST = 10


class _Traced(dict[str, Any]):
    """A JSON object that remembers which of its members were read."""

    __slots__ = ("seen",)

    def __init__(self, members: Mapping[str, Any], depth: int = 0) -> None:
        super().__init__((name, _traced(value, depth)) for name, value in members.items())
        self.seen: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.seen.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.seen.add(name)
        return super().__getitem__(name)


def unread(read: Callable[[Mapping[str, Any]], Usage], sent: Mapping[str, Any]) -> list[str]:
    """Return the names of counts in `sent` that `read` does not look at and no number that it reads repeats."""
    traced = _Traced(sent)
    read(traced)
    leaves = list(_leaves(traced))
    # Mostly, all that isn't read is known, or zero.
    if all(is_read or value <= 0 or name in _KNOWN for name, value, is_read in leaves):
        return []
    known = {value for name, value, is_read in leaves if is_read or name in _KNOWN}
    return [name for name, value, is_read in leaves if not is_read and _is_billable(name, value, known)]


def _is_billable(name: str, value: int, read: set[int]) -> bool:
    is_repeated = value in read and value >= _LEAST
    return value > 0 and name not in _KNOWN and not is_repeated and not _OTHER.search(name)


def _leaves(value: Any, depth: int = 0) -> Iterator[tuple[str, int, bool]]:
    """Yield the name, the value and whether it was read of each count.

    A total that lies deeper has another name, unless it is the sum of two counts beside it.
    """
    if isinstance(value, _Traced):
        for name, item in value.items():
            if isinstance(item, int) and not isinstance(item, bool):
                is_strange = depth and name in _TOTALS and not _is_sum(item, value)
                yield (f"inner {name}" if is_strange else name), item, name in value.seen
            elif name not in _KNOWN:
                yield from _leaves(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, depth)


def _is_sum(whole: int, members: _Traced) -> bool:
    """Tell whether `whole` is the sum of two counts that were read of `members`."""
    counts = [one for name, one in members.items() if name in members.seen and isinstance(one, int)]
    return any(sum(pair) == whole for pair in combinations(counts, 2))


def _traced(value: Any, depth: int) -> Any:
    if isinstance(value, dict) and depth < _DEPTH:
        return _Traced(value, depth + 1)
    return [_traced(item, depth) for item in value] if isinstance(value, list) else value
