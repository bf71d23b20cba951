"""Which stated usage can be true: zeros that hold a place are no counts, and a total is the sum of its parts. Pure."""

from collections.abc import Iterator

import msgspec

from ..records import clean
from ..records.price_context import is_cache_hit
from ..records.reading import Reading
from ..records.usage import Usage, total

# Operations whose answer has text: neither that nor the prompt takes zero tokens.
_ANSWERS = frozenset({"chat", "text_completion", "generate_content"})
_EMBEDDINGS = "embeddings"
_TOTALS = ("total_tokens", "totalTokens", "totalTokenCount")
# Vertex AI's total can be one less than its parts.
_ROUNDING = 1
# A guardrail answers in the model's place, which has not read the prompt.
_ANSWERED_BY_OTHERS = frozenset({"guardrail_intervened"})
_WITH_CACHE_IN_TOTAL = frozenset({"bedrock_converse", "bedrock_invoke"})
_INPUT = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens")
_OUTPUT = ("output_tokens", "reasoning_tokens")


def without_placeholders(reading: Reading) -> Reading:
    """Return `reading` without totals of zero that can't be true: no prompt and no answer take zero tokens."""
    usage, has_answer = reading.usage, bool(reading.sizes.answer_bytes)
    is_success = reading.status == 200 and reading.error_type is None and not reading.is_pending
    is_billed_otherwise = usage.units or reading.parts or reading.completes
    if not is_success or is_billed_otherwise or _is_answered_by_others(reading):
        return reading
    dropped: tuple[str, ...] = ()
    if usage.input_tokens == 0 and (reading.operation == _EMBEDDINGS or (reading.operation in _ANSWERS and has_answer)):
        dropped += _INPUT
    if usage.output_tokens == 0 and reading.operation in _ANSWERS and has_answer:
        dropped += _OUTPUT
    return msgspec.structs.replace(reading, usage=_without(usage, dropped)) if dropped else reading


def doubts(reading: Reading) -> Iterator[str]:
    """Yield the reasons why the stated usage of `reading` may be wrong, which make its cost partial."""
    yield from reading.doubts or ()
    sent = reading.raw_usage or {}
    whole = next((number for name in _TOTALS if (number := clean.count(sent.get(name))) is not None), None)
    parts = total(reading.usage.input_tokens, reading.usage.output_tokens)
    if whole and parts is not None and not reading.parts and not _explains(whole, parts, reading):
        yield "total_not_explained"


def _explains(whole: int, parts: int, reading: Reading) -> bool:
    """Return whether a total fits the parts; Bedrock's has the cache beside the input, also where it lies within."""
    cached = total(reading.usage.cache_read_tokens, reading.usage.cache_write_tokens) or 0
    beside = cached if reading.dialect in _WITH_CACHE_IN_TOTAL else 0
    return min(abs(whole - parts), abs(whole - parts - beside)) <= _ROUNDING


def _is_answered_by_others(reading: Reading) -> bool:
    return reading.finish_reason in _ANSWERED_BY_OTHERS or is_cache_hit(reading.price_context)


def _without(usage: Usage, names: tuple[str, ...]) -> Usage:
    return msgspec.structs.replace(usage, **dict.fromkeys(names))
