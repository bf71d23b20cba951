"""Doubts about one of several usage objects in a response, which are summed up: only the sums are kept. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..records.usage import Usage
from ._base import Reply, tokens
from ._contradictions import contradictions
from ._unread import unread

UNKNOWN_FIELD, INCOMPLETE, TOTAL = "unknown_usage_field", "incomplete_usage", "total_not_explained"
_TOTALS = ("total_tokens", "totalTokens", "totalTokenCount")
# Vertex AI's total can be one less than its parts.
_ROUNDING = 1


def doubted(
    reply: Reply, read: Callable[[Mapping[str, Any]], Usage], sent: Mapping[str, Any], *required: str
) -> frozenset[str]:
    """Return the doubts of `reply` and those about `sent`, which `read` reads and which must have `required`."""
    return reply.doubts | frozenset(_found(read, sent, required))


def _found(
    read: Callable[[Mapping[str, Any]], Usage], sent: Mapping[str, Any], required: tuple[str, ...]
) -> Iterator[str]:
    used = read(sent)
    yield from contradictions(sent, used)
    if unread(read, sent):
        yield UNKNOWN_FIELD
    if any(tokens(sent, name) is None for name in required):
        yield INCOMPLETE
    whole, parts = tokens(sent, *_TOTALS), (used.input_tokens or 0) + (used.output_tokens or 0)
    if whole and parts and not parts - _ROUNDING <= whole <= parts:
        yield TOTAL
