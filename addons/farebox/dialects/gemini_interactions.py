"""Gemini's interactions.

https://ai.google.dev/api/interactions-api
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage, total
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._doubts import INCOMPLETE
from ._google import begin, failed, media, modality
from ._grounding import MAPS, WEB, is_by_query

_TERMINAL = "interaction.completed"
_GROUNDING = {"google_search": WEB, "google_maps": MAPS}


def claims(request: Request) -> bool:
    *_, version, name = ("", *request.path.rstrip("/").split("/"))
    return request.method == "POST" and name == "interactions" and version.startswith("v1")


def asked(_request: Request, body: Mapping[str, Any]) -> Asked:
    """Return what the body asks for: a model, or else an agent."""
    return Asked(clean.name(body.get("model") or body.get("agent")), body.get("stream") is True)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    event = body.get("event_type")
    interaction = mapping(body.get("interaction")) or (body if event is None else {})
    status = clean.word(interaction.get("status"))
    updated = replace(
        reply,
        model=clean.name(interaction.get("model") or interaction.get("agent")) or reply.model,
        response_id=clean.word(interaction.get("id")) or reply.response_id,
        service_tier=clean.word(interaction.get("service_tier")) or reply.service_tier,
        finish_reason=reply.finish_reason if status == "in_progress" else status or reply.finish_reason,
        usage=mapping(interaction.get("usage")) or reply.usage,
        doubts=_doubts(interaction) or reply.doubts,
        is_complete=reply.is_complete or event == _TERMINAL,
    )
    error = mapping(body.get("error") or interaction.get("error"))
    return failed(updated, error) if error else updated


def has_content(document: Document) -> bool:
    return mapping(document.data).get("event_type") in ("step.delta", "content.delta")


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the counts: the input includes the cache but not tool results; the output excludes thoughts."""
    thoughts = tokens(sent, "total_thought_tokens")
    read, made = sent.get("input_tokens_by_modality"), sent.get("output_tokens_by_modality")
    cached = sent.get("cached_tokens_by_modality")
    return Usage(
        input_tokens=total(tokens(sent, "total_input_tokens"), tokens(sent, "total_tool_use_tokens")),
        cache_read_tokens=tokens(sent, "total_cached_tokens"),
        input_audio_tokens=modality(read, "AUDIO"),
        input_image_tokens=modality(read, "IMAGE"),
        output_tokens=total(tokens(sent, "total_output_tokens"), thoughts),
        reasoning_tokens=thoughts,
        output_audio_tokens=modality(made, "AUDIO"),
        output_image_tokens=modality(made, "IMAGE"),
        units={**(media(read=read, cached=cached, made=made) or {}), **_grounded(sent)} or None,
    )


def billed(asked: Asked, usage: Usage) -> Usage:
    """Return `usage` with one search for all queries of a prompt, if prompts are billed."""
    units = usage.units or {}
    if is_by_query(asked.model) or not units.keys() & {WEB, MAPS}:
        return usage
    return msgspec.structs.replace(usage, units={**units, **{unit: 1 for unit in (WEB, MAPS) if unit in units}})


def _grounded(sent: Mapping[str, Any]) -> dict[str, int]:
    tools = sent.get("grounding_tool_count")
    counts = [mapping(one) for one in tools] if isinstance(tools, list) else []
    found = ((_GROUNDING.get(str(one.get("type"))), tokens(one, "count")) for one in counts)
    return {unit: number for unit, number in found if unit and number}


def _doubts(interaction: Mapping[str, Any]) -> frozenset[str]:
    """Return a doubt if a tool that is billed is listed without its count."""
    tools = mapping(interaction.get("usage")).get("grounding_tool_count")
    listed = [mapping(one) for one in tools] if isinstance(tools, list) else []
    is_counted = all(tokens(one, "count") is not None for one in listed if one.get("type") in (*_GROUNDING,))
    return frozenset() if is_counted else frozenset({INCOMPLETE})


DIALECT = Dialect(
    "gemini_interactions", "generate_content", claims, asked, fold, has_content, usage, begin=begin, billed=billed
)
