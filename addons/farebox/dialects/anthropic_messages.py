"""Anthropic messages, also on Vertex AI, and what imitates it.

https://docs.anthropic.com/en/api/messages, https://docs.anthropic.com/en/docs/build-with-claude/streaming,
https://docs.anthropic.com/en/api/claude-on-vertex-ai
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import clean
from ..exchange import Request
from ..usage import Usage, total
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, one_hour_writes, tokens
from ._google import raw_publisher, target

# As paths on Vertex AI name them.
MAKER, COUNTING = "publishers/anthropic", "count-tokens"

# https://docs.anthropic.com/en/api/messages, usage.iterations: the totals leave these kinds out, the bill does not.
_BESIDE = frozenset({"compaction", "advisor_message", "fallback_message"})


def claims(request: Request) -> bool:
    if request.path.rstrip("/").endswith("/v1/messages"):
        return request.method == "POST"
    return raw_publisher(request) == MAKER and target(request).model != COUNTING


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    """Return what the body asks for; on Vertex AI the model is in the path only."""
    model = body.get("model") or target(request).model
    return Asked(clean.name(model), body.get("stream") is True)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    match body.get("type"):
        case "message_start":
            return _message(reply, mapping(body.get("message")))
        case "message_delta":
            return _delta(reply, body)
        case "message_stop":
            return replace(reply, is_complete=True)
        case "error":
            return _error(reply, mapping(body.get("error")))
        case "message":
            return _message(reply, body)
    return _error(reply, mapping(body["error"])) if body.get("error") else reply


def has_content(document: Document) -> bool:
    """Tell whether an event carries output: words, thoughts, a piece of a call; no signature, and nothing empty."""
    body = mapping(document.data)
    delta = mapping(body.get("delta")) if body.get("type") == "content_block_delta" else {}
    return any(value for name, value in delta.items() if name not in ("type", "signature"))


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the usage object's counts: `input_tokens` leaves the cache out, `output_tokens` holds the thinking."""
    cache_read = tokens(sent, "cache_read_input_tokens")
    cache_write = tokens(sent, "cache_creation_input_tokens")
    uncached = tokens(sent, "input_tokens")
    searches = tokens(sent, "server_tool_use.web_search_requests")
    fetches = tokens(sent, "server_tool_use.web_fetch_requests")
    units = {"web_search_requests": searches, "web_fetch_requests": fetches, "further_iterations": _further(sent)}
    return Usage(
        input_tokens=None if uncached is None else total(uncached, cache_read, cache_write),
        cache_read_tokens=cache_read,
        cache_write_tokens=cache_write,
        cache_write_1h_tokens=one_hour_writes(sent, cache_write),
        output_tokens=tokens(sent, "output_tokens"),
        reasoning_tokens=tokens(sent, "output_tokens_details.thinking_tokens"),
        units={name: number for name, number in units.items() if number} or None,
    )


def _further(sent: Mapping[str, Any]) -> int:
    """Return how many iterations are billed beside the totals, some of them at another model's price."""
    told = sent.get("iterations")
    kinds = [mapping(one).get("type") for one in told] if isinstance(told, list) else []
    return sum(kind in _BESIDE for kind in kinds if isinstance(kind, str))


def _message(reply: Reply, message: Mapping[str, Any]) -> Reply:
    return replace(
        reply,
        model=clean.name(message.get("model")) or reply.model,
        response_id=clean.word(message.get("id")) or reply.response_id,
        finish_reason=clean.word(message.get("stop_reason")) or reply.finish_reason,
        **_usage_seen(reply, message),
    )


def _delta(reply: Reply, body: Mapping[str, Any]) -> Reply:
    delta = mapping(body.get("delta"))
    return replace(
        reply,
        finish_reason=clean.word(delta.get("stop_reason")) or reply.finish_reason,
        **_usage_seen(reply, body),
    )


def _usage_seen(reply: Reply, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes that a usage object makes: its figures are cumulative, and what it leaves out stands."""
    sent = {name: value for name, value in mapping(body.get("usage")).items() if value is not None}
    merged = {**(reply.usage or {}), **sent}
    return {"usage": merged or None, "service_tier": clean.word(sent.get("service_tier")) or reply.service_tier}


def _error(reply: Reply, error: Mapping[str, Any]) -> Reply:
    return replace(reply, is_error=True, error_type=clean.word(error.get("type")) or reply.error_type)


DIALECT = Dialect("anthropic_messages", "chat", claims, asked, fold, has_content, usage)
