"""Anthropic messages, also on Vertex AI, and compatible APIs.

https://docs.anthropic.com/en/api/messages, https://docs.anthropic.com/en/docs/build-with-claude/streaming,
https://docs.anthropic.com/en/api/claude-on-vertex-ai,
https://platform.claude.com/docs/en/build-with-claude/compaction,
https://platform.claude.com/docs/en/agents-and-tools/tool-use/advisor-tool,
https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback
"""

from collections.abc import Hashable, Mapping
from functools import reduce
from typing import Any

import msgspec
from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Part, Usage, total, with_units
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, seen, tokens
from ._cached import cached
from ._contradictions import BESIDE, FALLBACK
from ._google import raw_publisher, target
from ._shares import added

# The names in paths on Vertex AI.
MAKER, COUNTING = "publishers/anthropic", "count-tokens"

_ITERATIONS = 1000
# Code is billed by the hour, which the response does not state, beyond a monthly free allowance:
# https://platform.claude.com/docs/en/agents-and-tools/tool-use/code-execution-tool
_TOOLS = {
    "web_search_requests": "web_search_requests",
    "web_fetch_requests": "web_fetch_requests",
    "code_execution_requests": "code_interpreter_calls",
}
# Their names in the response, and what its failed searches are called.
_SHOWN = {"web_search": "web_search_requests", "web_fetch": "web_fetch_requests"}
_SEARCHED = "web_search_tool_result"


def claims(request: Request) -> bool:
    if request.path.rstrip("/").endswith("/v1/messages"):
        return request.method == "POST"
    return raw_publisher(request) == MAKER and target(request).model != COUNTING


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    """Return what the body asks for; on Vertex AI only the path names the model."""
    model = body.get("model") or target(request).model
    return Asked(clean.name(model), body.get("stream") is True)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    match body.get("type"):
        case "message_start":
            return _message(reply, mapping(body.get("message")))
        case "content_block_start":
            return _with_tools(reply, [body.get("content_block")])
        case "message_delta":
            return _delta(reply, body)
        case "message_stop":
            return replace(reply, is_complete=True)
        case "message":
            return _with_tools(_message(reply, body), body.get("content"))
    is_error = body.get("type") == "error" or body.get("error")
    return _error(reply, mapping(body.get("error"))) if is_error else reply


def has_content(document: Document) -> bool:
    """Return whether an event carries output: text, thinking or part of a tool call, but no signature."""
    body = mapping(document.data)
    delta = mapping(body.get("delta")) if body.get("type") == "content_block_delta" else {}
    return any(value for name, value in delta.items() if name not in ("type", "signature"))


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the usage object's counts: `input_tokens` excludes the cache, `output_tokens` includes thinking."""
    cache = cached(sent)
    uncached = tokens(sent, "input_tokens")
    units = {unit: tokens(sent, f"server_tool_use.{name}") for name, unit in _TOOLS.items()}
    return Usage(
        input_tokens=None if uncached is None else total(uncached, cache.whole),
        cache_read_tokens=cache.read,
        cache_write_tokens=cache.written,
        cache_write_1h_tokens=cache.one_hour,
        output_tokens=tokens(sent, "output_tokens"),
        reasoning_tokens=tokens(sent, "output_tokens_details.thinking_tokens"),
        units={name: number for name, number in units.items() if number} or None,
    )


def shares(sent: Mapping[str, Any]) -> Mapping[Hashable, Part]:
    """Return the shares of the iterations if the totals exclude any; the first share has the units of all."""
    stated = sent.get("iterations")
    iterations = [mapping(one) for one in stated[:_ITERATIONS]] if isinstance(stated, list) else []
    kinds = {one.get("type") for one in iterations if isinstance(one.get("type"), str)}
    if not kinds & BESIDE:
        return {}
    # A model that refuses before any output is not billed: another one answers instead.
    billed = [one for one in iterations if tokens(one, "output_tokens") or FALLBACK not in kinds]
    parts = [Part(usage(one), clean.name(one.get("model"))) for one in billed]
    if parts:
        parts[0] = msgspec.structs.replace(parts[0], usage=with_units(parts[0].usage, usage(sent).units))
    return reduce(added, parts, {})


def price_words(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a usage object that set the price besides the amounts."""
    return {name: sent[name] for name in ("speed", "inference_geo") if sent.get(name)}


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
    if reply.finish_reason is None and reply.usage:
        # The output in message_start holds a place: a stream whose end does not state it has none.
        started = {name: value for name, value in reply.usage.items() if name != "output_tokens"}
        ended = mapping(body.get("usage"))
        doubts = {"input_told_twice"} if _is_another(started, ended) else set()
        if "server_tool_use" in ended and tokens(started, "input_tokens") and not tokens(ended, "input_tokens"):
            # A server's tools add to the input, so that the number of the start is not that of the end.
            doubts.add("incomplete_usage")
        reply = replace(reply, usage=started, doubts=reply.doubts | doubts)
    return replace(
        reply,
        finish_reason=clean.word(delta.get("stop_reason")) or reply.finish_reason,
        **_usage_seen(reply, body),
    )


def _with_tools(reply: Reply, blocks: object) -> Reply:
    """Return `reply` with the uses of the server's tools in `blocks`; a search that failed is not billed."""
    found = [mapping(block) for block in blocks] if isinstance(blocks, list) else []
    named = [(str(one.get("name")), one.get("id")) for one in found if one.get("type") == "server_tool_use"]
    uses = [(_SHOWN[name], id_) for name, id_ in named if name in _SHOWN]
    failed = [one for one in found if one.get("type") == _SEARCHED and mapping(one.get("content")).get("error_code")]
    if not uses and not failed:
        return reply
    used = seen(reply, uses)
    return replace(reply, seen=used - seen(Reply(), ((_SHOWN["web_search"], one.get("tool_use_id")) for one in failed)))


def _is_another(started: Mapping[str, Any], ended: Mapping[str, Any]) -> bool:
    """Return whether a stream's end states another input than its start, without the server's tools that add to it."""
    before, after = tokens(started, "input_tokens"), tokens(ended, "input_tokens")
    is_served = "server_tool_use" in ended or "iterations" in ended
    is_moved = bool(cached(started).whole) != bool(cached(ended).whole)
    return bool(before and after and before != after and not is_served and not is_moved)


def _usage_seen(reply: Reply, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes by a usage object: its figures are cumulative.

    A missing figure keeps its value, and so does one that falls to zero: some servers count only in the first event.
    """
    before, sent = reply.usage or {}, mapping(body.get("usage"))
    merged = {**before, **{name: value for name, value in sent.items() if value or not before.get(name)}}
    merged = {name: value for name, value in merged.items() if value is not None}
    return {
        "usage": merged or None,
        "parts": shares(merged),
        "service_tier": clean.word(sent.get("service_tier")) or reply.service_tier,
        "context": {**reply.context, **price_words(sent)},
    }


def _error(reply: Reply, error: Mapping[str, Any]) -> Reply:
    return replace(reply, is_error=True, error_type=clean.word(error.get("type")) or reply.error_type)


DIALECT = Dialect("anthropic_messages", "chat", claims, asked, fold, has_content, usage, shows_tools=True)
