"""OpenAI chat completions, and compatible APIs.

https://platform.openai.com/docs/api-reference/chat
"""

import re
from collections.abc import Hashable, Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Part, Usage, summed, with_units
from ..wire.documents import Document
from . import _openai
from ._base import Asked, Dialect, Reply, first_mapping, mapping, newest, seen, tokens
from ._cached import cached, is_explicit
from ._contradictions import PARTS
from ._google import raw_publisher
from ._openai import asked, error, failed, is_post
from ._shares import numbered
from ._totals import AUDIO, READ, REASONING, WRITTEN, totals

# OpenAI's models that search the web for every response.
_SEARCHES = re.compile(r"gpt-[\w.]+-search-")
# The tools that Groq's systems run, by Groq's names.
_RAN = {
    **dict.fromkeys(("search", "web_search", "browser_search", "browser.search"), "web_search_requests"),
    **dict.fromkeys(("visit", "visit_website", "browser.open"), "website_visits"),
    **dict.fromkeys(("python", "code_interpreter", "code_execution"), "code_interpreter_calls"),
}
_COUNTED = {
    "web_search_requests": ("num_search_queries", "server_tool_use.web_search_requests"),
    "web_search_sources": ("num_sources_used",),
    "citation_tokens": ("citation_tokens",),
}
_MODELS = 50
_CONTENT = ("content", "reasoning_content", "reasoning", "refusal", "tool_calls", "function_call", "audio")


def claims(request: Request) -> bool:
    """Claim the paths of chat and of Mistral's agents, and raw requests on Vertex AI to makers with this API."""
    is_passed_on = raw_publisher(request) not in (None, "publishers/anthropic")
    return is_passed_on or is_post(request, "/chat/completions", "/agents/completions")


def fold(reply: Reply, document: Document) -> Reply:
    if document.is_done:
        return replace(reply, is_complete=True)
    body = mapping(document.data)
    choice = first_mapping(body.get("choices"))
    sent = _usage_of(body, choice)
    updated = replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        response_id=clean.word(body.get("id")) or reply.response_id,
        service_tier=clean.word(body.get("service_tier") or sent.get("service_tier")) or reply.service_tier,
        finish_reason=_finish_reason(reply, choice),
        usage=newest(reply.usage, sent),
        seen=_ran(reply, choice),
        **(_broken_down(body, sent) if "usage_breakdown" in body or "x_groq" in body else {}),
        context={**reply.context, **_price_words(body, sent)},
    )
    # Mistral and older vLLM put the error's fields into the body itself.
    return error(updated, body) if body.get("object") == "error" else failed(updated, body)


def has_content(document: Document) -> bool:
    """Return whether a chunk carries output, unlike the role chunk and the usage chunk."""
    choice = first_mapping(mapping(document.data).get("choices"))
    delta = mapping(choice.get("delta"))
    return bool(choice.get("text")) or any(delta.get(name) for name in _CONTENT)


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the usage object's counts: `prompt_tokens` includes the cache, `completion_tokens` includes reasoning.

    Some upstreams (xAI, Mistral's audio) exclude a part, which their `total_tokens` shows, also behind a gateway.
    """
    cache = cached(sent)
    audio = tokens(sent, "prompt_tokens_details.audio_tokens", "audio_prompt_tokens")
    reasoning = tokens(sent, "completion_tokens_details.reasoning_tokens", "reasoning_tokens")
    prompt, completion, whole = (tokens(sent, f"{part}_tokens") for part in ("prompt", "completion", "total"))
    parts = {READ: cache.read, WRITTEN: cache.written, AUDIO: audio, REASONING: reasoning}
    resolved = totals(prompt, completion, whole, parts)
    return Usage(
        input_tokens=resolved.input,
        cache_read_tokens=cache.read,
        cache_write_tokens=cache.written,
        cache_write_1h_tokens=cache.one_hour,
        input_audio_tokens=audio,
        input_image_tokens=tokens(sent, "prompt_tokens_details.image_tokens"),
        output_tokens=resolved.output,
        reasoning_tokens=reasoning,
        output_audio_tokens=tokens(sent, "completion_tokens_details.audio_tokens"),
        output_image_tokens=tokens(sent, "completion_tokens_details.image_tokens"),
        units={unit: number for unit, names in _COUNTED.items() if (number := tokens(sent, *names))} or None,
    )


def usage_in_either_spelling(sent: Mapping[str, Any]) -> Usage:
    """Return the counts of an API that is spoken with these names or with the newer `input_tokens`."""
    return usage(sent) if "prompt_tokens" in sent else _openai.usage(sent)


def billed(asked: Asked, usage: Usage) -> Usage:
    """Return `usage` with the one search that some of OpenAI's models run for each response without stating it."""
    is_search = bool(_SEARCHES.search(asked.model or "")) and usage.output_tokens is not None
    return with_units(usage, {"web_search_requests": 1}) if is_search else usage


def _ran(reply: Reply, choice: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """Return the tools that have run so far; a stream reports each of them at its begin and its end."""
    ran = (mapping(choice.get("message")) or mapping(choice.get("delta"))).get("executed_tools")
    if not isinstance(ran, list):
        return reply.seen
    tools = [mapping(tool) for tool in ran]
    kinds = [(_RAN.get(str(tool.get("name"))) or _RAN.get(str(tool.get("type")))) for tool in tools]
    named = ((kind, tool.get("index", place)) for place, (kind, tool) in enumerate(zip(kinds, tools, strict=True)))
    return seen(reply, ((kind, name) for kind, name in named if kind))


def _broken_down(body: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes by the usage of each model within one of Groq's compound systems.

    In streams, each model's usage can be that of all of them: then only the whole counts, without the models' prices.
    """
    shares, whole = _shares(body), usage(sent)
    if len(shares) > 1 and all(share.usage == whole for share in shares.values()):
        return {"doubts": frozenset({"breakdown_repeats"})}
    if not shares:
        return {}
    parts = summed(share.usage for share in shares.values())
    is_whole = not whole.is_reported or (parts.input_tokens, parts.output_tokens) == (
        whole.input_tokens,
        whole.output_tokens,
    )
    return {"parts": shares, "doubts": frozenset() if is_whole else frozenset({PARTS})}


def _shares(body: Mapping[str, Any]) -> Mapping[Hashable, Part]:
    """Return the usage of each model."""
    breakdown = body.get("usage_breakdown") or mapping(body.get("x_groq")).get("usage_breakdown")
    models = mapping(breakdown).get("models")
    answers = [mapping(one) for one in models[:_MODELS]] if isinstance(models, list) else []
    return numbered(*(Part(usage(mapping(one.get("usage"))), clean.name(one.get("model"))) for one in answers))


def _price_words(body: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what sets the price besides the amounts: words of the usage, and whether Bifrost has it in its cache.

    https://docs.getbifrost.ai/features/semantic-caching
    """
    words = {"search_context_size": sent.get("search_context_size"), "cache": "explicit" if is_explicit(sent) else None}
    if "extra_fields" in body:
        cache = mapping(mapping(body["extra_fields"]).get("cache_debug"))
        words["gateway_cache"] = "hit" if cache.get("cache_hit") is True else None
    return {name: word for name, word in words.items() if word}


def _finish_reason(reply: Reply, choice: Mapping[str, Any]) -> str | None:
    if choice.get("index") not in (None, 0) and reply.finish_reason:
        return reply.finish_reason
    return clean.word(choice.get("finish_reason")) or reply.finish_reason


def _usage_of(body: Mapping[str, Any], choice: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the usage object; Groq's older streams have it in `x_groq`, Moonshot's in the choice."""
    in_groq = mapping(body.get("x_groq")).get("usage")
    sent = mapping(body.get("usage")) or mapping(in_groq) or mapping(choice.get("usage"))
    # llama.cpp states beside the usage how long its machine worked.
    timings = mapping(body.get("timings")) if sent else {}
    return {**sent, "timings": timings} if timings else sent


DIALECT = Dialect("openai_chat", "chat", claims, asked, fold, has_content, usage, billed=billed)
