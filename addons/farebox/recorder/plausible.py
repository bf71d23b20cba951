"""Which stated usage can be true: zeros that hold a place are no counts, and a total is the sum of its parts. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ..dialects import BY_NAME as DIALECTS
from ..dialects._contradictions import PARTS, contradictions
from ..dialects._unread import unread
from ..providers.quirks import reasoning_beside_output
from ..providers.table import BY_NAME, counting
from ..records import clean
from ..records.answer_kinds import CALLS
from ..records.price_context import is_cache_hit
from ..records.reading import Reading
from ..records.usage import Usage, total
from .always_stated import lacking
from .text_limits import ANSWERS, contradicted

_EMBEDDINGS = "embeddings"
_TOTALS = ("total_tokens", "totalTokens", "totalTokenCount")
# A guardrail answers in the model's place, which has not read the prompt.
_ANSWERED_BY_OTHERS = frozenset({"guardrail_intervened"})
_WITH_CACHE_IN_TOTAL = frozenset({"bedrock_converse", "bedrock_invoke"})
# Ends of the names of units that tools are billed by.
_OF_TOOLS = ("_requests", "_calls", "_searches")
_INPUT = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens")
_OUTPUT = ("output_tokens", "reasoning_tokens")


def without_placeholders(reading: Reading) -> Reading:
    """Return `reading` without totals of zero that can't be true: no prompt and no answer take zero tokens."""
    usage = reading.usage
    has_answer = bool(reading.sizes.answer_bytes) or CALLS in reading.sizes.answer_kinds
    is_success = reading.status == 200 and reading.error_type is None and not reading.is_pending
    is_billed_otherwise = not _are_beside_tokens(usage.units or {}) or reading.parts or reading.completes
    if not is_success or is_billed_otherwise or _is_answered_by_others(reading):
        return reading
    dropped: tuple[str, ...] = ()
    if usage.input_tokens == 0 and (reading.operation == _EMBEDDINGS or (reading.operation in ANSWERS and has_answer)):
        dropped += _INPUT
    if usage.output_tokens == 0 and reading.operation in ANSWERS and has_answer:
        dropped += _OUTPUT
    return msgspec.structs.replace(reading, usage=_without(usage, dropped)) if dropped else reading


def doubts(reading: Reading) -> Iterator[str]:
    """Yield the reasons why the stated usage of `reading` may be wrong, which make its cost partial."""
    yield from reading.doubts or ()
    sent = reading.raw_usage or {}
    dialect = DIALECTS.get(reading.dialect or "")
    if dialect is not None and unread(dialect.usage, sent):
        yield "unknown_usage_field"
    yield from contradictions(sent, reading.usage)
    yield from contradicted(reading)
    yield from lacking(reading)
    if _is_thinking_above_output(reading):
        yield PARTS
    parts = list(_of_parts(reading)) if reading.parts else []
    whole = _first_count(sent, _TOTALS)
    # A total can be that of the model alone, beside which tools have parts of their own.
    if whole and not _is_explained(whole, (reading.usage, *parts), reading):
        yield "total_not_explained"
    if any(one.output_tokens is None or one.input_tokens is None for one in parts):
        yield "incomplete_usage"


def _first_count(sent: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        if name in sent and (number := clean.count(sent[name])) is not None:
            return number
    return None


def _is_explained(whole: int, usages: tuple[Usage, ...], reading: Reading) -> bool:
    """Return whether a total fits one of `usages`, or none of them states a number."""
    sums = [total(one.input_tokens, one.output_tokens) for one in usages]
    known = [number for number in sums if number is not None]
    return not known or whole in known or any(_explains(whole, number, reading) for number in known)


def _of_parts(reading: Reading) -> Iterator[Usage]:
    """Yield the usage of each part that has tokens."""
    used = (part.usage for part in reading.parts or ())
    return (one for one in used if one.input_tokens is not None or one.output_tokens is not None)


def _explains(whole: int, parts: int, reading: Reading) -> bool:
    """Return whether a total fits the parts; Bedrock's has the cache beside the input, also where it lies within."""
    cached = total(reading.usage.cache_read_tokens, reading.usage.cache_write_tokens) or 0
    beside = cached if reading.dialect in _WITH_CACHE_IN_TOTAL else 0
    left_out = (reading.usage.reasoning_tokens or 0) if _leaves_reasoning_out(reading) else 0
    return whole in {parts, parts + beside, parts - left_out, parts - counting(reading.provider).rounding}


def _is_thinking_above_output(reading: Reading) -> bool:
    output, thinking = reading.usage.output_tokens, reading.usage.reasoning_tokens
    return output is not None and thinking is not None and thinking > output * counting(reading.provider).thinking


def _leaves_reasoning_out(reading: Reading) -> bool:
    provider = BY_NAME.get(reading.provider)
    return provider is not None and reasoning_beside_output in provider.quirks.get(reading.dialect or "", ())


def _are_beside_tokens(units: Mapping[str, int]) -> bool:
    """Return whether all units are those of tools, which a server uses beside a model that is billed by the token."""
    return all(name.endswith(_OF_TOOLS) for name in units)


def _is_answered_by_others(reading: Reading) -> bool:
    return reading.finish_reason in _ANSWERED_BY_OTHERS or is_cache_hit(reading.price_context)


def _without(usage: Usage, names: tuple[str, ...]) -> Usage:
    return msgspec.structs.replace(usage, **dict.fromkeys(names))
