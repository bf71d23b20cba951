"""OpenAI responses, plain, streamed or in the background, their compaction, and compatible APIs.

https://platform.openai.com/docs/api-reference/responses
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from . import _openai
from ._base import Asked, Dialect, Reply, mapping, seen, tokens
from ._openai import error, failed, is_get_below, is_post, told_of_containers, told_of_searches
from ._tools import pictures, used

ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
_UNDER_WAY = frozenset({"queued", "in_progress"})
# xAI counts what it bills in its usage object, and so does Perplexity.
_COUNTED = {
    "server_side_tool_usage_details.web_search_calls": "web_search_requests",
    "server_side_tool_usage_details.x_search_calls": "x_search_requests",
    "server_side_tool_usage_details.file_search_calls": "file_search_requests",
    "server_side_tool_usage_details.document_search_calls": "document_search_requests",
    "server_side_tool_usage_details.code_interpreter_calls": "code_interpreter_calls",
    "server_side_tool_usage_details.image_generation_calls": "images",
    "tool_calls_details.search_web": "web_search_requests",
}


def claims(request: Request) -> bool:
    return is_post(request, "/responses", "/responses/compact") or is_get_below(request, "responses") is not None


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    polled = is_get_below(request, "responses")
    if polled is not None:
        return Asked(stream=request.parameter("stream") == "true", completes=polled)
    return _openai.asked(request, body)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    kind = body.get("type")
    if kind == "response.output_item.done":
        return replace(reply, seen=seen(reply, used([body.get("item")], body.get("output_index"))))
    if kind == "error":
        return error(reply, mapping(body.get("error")) or body)
    if isinstance(kind, str) and kind.startswith("response."):
        if "response" not in body:
            return reply
        updated = _updated(reply, mapping(body.get("response")))
        if kind in ENDS:
            return replace(updated, is_complete=True)
        return replace(updated, finish_reason=reply.finish_reason)
    return _updated(reply, body)


def has_content(document: Document) -> bool:
    kind = mapping(document.data).get("type")
    return isinstance(kind, str) and kind.startswith("response.") and kind.endswith(".delta")


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the counts, those of the provider's own tools among them, also where they are zero."""
    plain = _openai.usage(sent)
    counted = {unit: number for name, unit in _COUNTED.items() if (number := _number(sent, name)) is not None}
    return msgspec.structs.replace(plain, units={**counted, **(plain.units or {})} or None)


def _number(sent: Mapping[str, Any], name: str) -> int | None:
    """Return a count that stands alone, or as the `invocation` of a tool."""
    outer, _, inner = name.partition(".")
    counted = mapping(sent.get(outer))
    return tokens(counted, inner, f"{inner}.invocation")


def _updated(reply: Reply, response: Mapping[str, Any]) -> Reply:
    finish_reason = _finish_reason(response)
    sent = mapping(response.get("usage")) or reply.usage
    items = seen(Reply(), used(response.get("output"))) or reply.seen
    searches = tokens(mapping(mapping(response.get("tool_usage")).get("web_search")), "num_requests")
    updated = replace(
        reply,
        model=clean.name(response.get("model")) or reply.model,
        response_id=clean.word(response.get("id")) or reply.response_id,
        service_tier=clean.word(response.get("service_tier")) or reply.service_tier,
        finish_reason=finish_reason or reply.finish_reason,
        usage=sent,
        units={"web_search_requests": searches} if searches else reply.units,
        seen=items,
        context={**reply.context, **told_of_searches(response), **told_of_containers(response)},
        is_pending=response.get("background") is True and finish_reason in _UNDER_WAY,
    )
    return failed(pictures(updated, response, usage(sent or {})), response)


def _finish_reason(response: Mapping[str, Any]) -> str | None:
    """Return why an incomplete response ended, else its status; a number is the status of a refusal."""
    status = response.get("status")
    reason = clean.word(mapping(response.get("incomplete_details")).get("reason"))
    return reason or (clean.word(status) if isinstance(status, str) else None)


DIALECT = Dialect("openai_responses", "chat", claims, asked, fold, has_content, usage)
