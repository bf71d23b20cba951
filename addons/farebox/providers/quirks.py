"""How usage departs from its dialect's convention: one named rule each, by host (`table.py`) or by maker of the model.

A rule takes the Usage that the dialect read and the usage object as sent, and returns the correct Usage. Sources are
the recorded exchanges and, if a provider reports its cost, that cost.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from ..records import clean
from ..records.usage import Usage, total

Quirk = Callable[[Usage, Mapping[str, Any]], Usage]


def reasoning_beside_output(usage: Usage, _sent: Mapping[str, Any]) -> Usage:
    """Add the reasoning tokens, which `completion_tokens` and `total_tokens` exclude."""
    return msgspec.structs.replace(usage, output_tokens=total(usage.output_tokens, usage.reasoning_tokens))


def output_is_the_rest(usage: Usage, sent: Mapping[str, Any]) -> Usage:
    """Use `total_tokens` minus the prompt as output: thinking is counted nowhere else."""
    whole = clean.count(sent.get("total_tokens"))
    if whole is None or usage.input_tokens is None or whole < usage.input_tokens:
        return usage
    return msgspec.structs.replace(usage, output_tokens=whole - usage.input_tokens)


def cache_within_input(usage: Usage, sent: Mapping[str, Any]) -> Usage:
    """Use the stated input as the total: the cached tokens, which this dialect counts beside it, lie within."""
    stated = next((number for name in _INPUT if (number := clean.count(sent.get(name))) is not None), None)
    if stated is None:
        return usage
    cached = (usage.cache_read_tokens or 0) + (usage.cache_write_tokens or 0)
    return msgspec.structs.replace(usage, input_tokens=max(stated, cached))


def reasoning_beside_in_total(usage: Usage, sent: Mapping[str, Any]) -> Usage:
    """Add the reasoning tokens if `total_tokens` has them beside the completion."""
    reasoning, whole = usage.reasoning_tokens, clean.count(sent.get("total_tokens"))
    is_beside = reasoning and whole is not None and whole == total(usage.input_tokens, usage.output_tokens, reasoning)
    return reasoning_beside_output(usage, sent) if is_beside else usage


_INPUT = ("input_tokens", "inputTokens")


class MakerQuirk(NamedTuple):
    """A rule for the models of one maker in one dialect, at every host."""

    dialect: str
    model: re.Pattern[str]
    quirk: Quirk


MAKERS = (
    # https://docs.x.ai/docs/guides/reasoning
    MakerQuirk("openai_chat", re.compile(r"\bgrok\b", re.IGNORECASE), reasoning_beside_in_total),
    # OpenAI's models count as OpenAI does, also where the API's convention is Anthropic's.
    MakerQuirk("bedrock_converse", re.compile(r"(^|[./])openai\."), cache_within_input),
)


def of_maker(dialect: str, model: str | None) -> Iterator[Quirk]:
    """Yield the rules for `model` in `dialect`."""
    return (rule.quirk for rule in MAKERS if rule.dialect == dialect and rule.model.search(model or ""))
