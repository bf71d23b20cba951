"""Counts in a usage object that its dialect does not read: under another name or in another place. Pure.

A provider may bill a field that it adds or renames, so a count that nothing reads makes the cost partial.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

import msgspec

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
# The values of members that are counts above zero, as far as none is too large to be one, and fractions.
_COUNT = re.compile(rb"(?<=:)[1-9][0-9]{0,11}(?=[,}])")
_FRACTION = re.compile(rb"(?<=:)[0-9]{1,11}\.[0-9]*[1-9](?=[,}])")
_LONGEST_FORM, _FORMS_LIMIT = 4096, 2048


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


# Forms of usage objects in which all counts are read or known, by the function that reads them.
_Read = Callable[[Mapping[str, Any]], Usage]
_settled: set[tuple[_Read, bytes]] = set()


def unread(read: _Read, sent: Mapping[str, Any]) -> list[str]:
    """Return the names of counts in `sent` that `read` does not look at and no number that it reads repeats.

    Where `read` looks is decided by the names, by texts, and by whether a count is above zero: usage objects that
    differ in nothing else need one look.
    """
    form = read, _form(sent)
    if form in _settled:
        return []
    found, is_settled = looked_at(read, sent)
    if is_settled and form[1]:
        if len(_settled) >= _FORMS_LIMIT:
            # Peers choose the names.
            _settled.clear()
        _settled.add(form)
    return found


def looked_at(read: _Read, sent: Mapping[str, Any]) -> tuple[list[str], bool]:
    """Return what `unread` does, and whether that is nothing whatever the counts are."""
    traced = _Traced(sent)
    read(traced)
    leaves = list(_leaves(traced))
    # Mostly, all that isn't read is known, or zero.
    if all(is_read or value <= 0 or name in _KNOWN for name, value, is_read in leaves):
        return [], not _has_inner_total(sent)
    known = {value for name, value, is_read in leaves if is_read or name in _KNOWN}
    return [name for name, value, is_read in leaves if not is_read and _is_billable(name, value, known)], False


def _form(sent: Mapping[str, Any]) -> bytes:
    """Return `sent` as JSON with the same number for all counts above zero; nothing if it is no JSON, or very long."""
    try:
        written = msgspec.json.encode(sent)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return b""
    if len(written) > _LONGEST_FORM:
        return b""
    form = _COUNT.sub(b"1", written)
    return _FRACTION.sub(b"1.5", form) if b"." in form else form


def _has_inner_total(value: Any, depth: int = 0) -> bool:
    """Tell whether a total lies deeper: what it is depends on the counts beside it."""
    if isinstance(value, list):
        return any(_has_inner_total(item, depth + 1) for item in value)
    if not isinstance(value, dict):
        return False
    is_here = depth > 0 and not _TOTALS.isdisjoint(value)
    return is_here or any(_has_inner_total(item, depth + 1) for item in value.values())


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
