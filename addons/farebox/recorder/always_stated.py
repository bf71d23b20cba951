"""Counts that a provider states in every response: where one is missing, or zero, it was lost on the way. Pure.

https://platform.openai.com/docs/api-reference/chat/object, https://platform.claude.com/docs/en/api/messages
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ..dialects._cached import WORDS
from ..providers.table import counting
from ..records import reading as outcomes
from ..records.reading import Reading

INCOMPLETE, PARTS = "incomplete_usage", "parts_not_explained"
# The details of the input in OpenAI's form. Other hosts of this API may leave the cached tokens out.
_DETAILS = {"openai_chat": "prompt_tokens_details", "openai_responses": "input_tokens_details"}
_HALVES = frozenset({"ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"})
_OF_CLAUDE = ("cache_creation_input_tokens", "cache_read_input_tokens")


def lacking(reading: Reading) -> Iterator[str]:
    """Yield the reasons why counts of `reading` are missing, or zero where they never are."""
    sent: Mapping[str, Any] = reading.raw_usage or {}
    if reading.outcome != outcomes.OK or reading.parts or not sent:
        return
    details = sent.get(_DETAILS.get(reading.dialect or "", ""))
    # No host sends details without any.
    is_named = counting(reading.provider).names_cached or details == {}
    if is_named and isinstance(details, dict) and WORDS.isdisjoint(details) and WORDS.isdisjoint(sent):
        yield INCOMPLETE
    is_claude = reading.dialect == "anthropic_messages" and "claude" in (reading.model or "")
    halves = sent.get("cache_creation")
    has_half = isinstance(halves, dict) and 0 < len(_HALVES & halves.keys()) < len(_HALVES)
    if is_claude and has_half:
        yield INCOMPLETE
    # Claude never counts the whole prompt as cached: its end is not.
    if is_claude and sent.get("input_tokens") == 0 and any(sent.get(name) for name in _OF_CLAUDE):
        yield PARTS
