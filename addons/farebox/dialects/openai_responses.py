"""OpenAI responses, plain, streamed or in the background, their compaction, and what imitates them.

https://platform.openai.com/docs/api-reference/responses
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from .. import clean
from ..exchange import Request
from ..usage import Usage
from ..wire.documents import Document
from . import _openai
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._openai import error, failed, is_get_below, is_post

ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
_UNDER_WAY = frozenset({"queued", "in_progress"})
# What is billed by the call, or tells what a call cost; of a web search's actions only the search is billed.
_TOOLS = {
    "web_search_call": "web_search_requests",
    "file_search_call": "file_search_requests",
    "code_interpreter_call": "code_interpreter_calls",
    "computer_call": "computer_calls",
}
# xAI counts what it bills in its usage object.
_COUNTED = {
    "web_search_calls": "web_search_requests",
    "x_search_calls": "x_search_requests",
    "file_search_calls": "file_search_requests",
    "document_search_calls": "document_search_requests",
    "code_interpreter_calls": "code_interpreter_calls",
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
        return replace(reply, units=_summed(reply.units, _units_of([body.get("item")])))
    if kind == "error":
        return error(reply, mapping(body.get("error")) or body)
    if isinstance(kind, str) and kind.startswith("response."):
        told = _told(reply, mapping(body.get("response")))
        if kind in ENDS:
            return replace(told, is_complete=True)
        return replace(told, finish_reason=reply.finish_reason)
    return _told(reply, body)


def has_content(document: Document) -> bool:
    kind = mapping(document.data).get("type")
    return isinstance(kind, str) and kind.startswith("response.") and kind.endswith(".delta")


def usage(sent: Mapping[str, Any]) -> Usage:
    counted = mapping(sent.get("server_side_tool_usage_details"))
    units = {unit: number for name, unit in _COUNTED.items() if (number := tokens(counted, name))}
    return msgspec.structs.replace(_openai.usage(sent), units=units or None)


def _told(reply: Reply, response: Mapping[str, Any]) -> Reply:
    finish_reason = _finish_reason(response)
    told = replace(
        reply,
        model=clean.name(response.get("model")) or reply.model,
        response_id=clean.word(response.get("id")) or reply.response_id,
        service_tier=clean.word(response.get("service_tier")) or reply.service_tier,
        finish_reason=finish_reason or reply.finish_reason,
        usage=mapping(response.get("usage")) or reply.usage,
        units=_units_of(response.get("output")) or reply.units,
        is_pending=response.get("background") is True and finish_reason in _UNDER_WAY,
    )
    return failed(told, response)


def _finish_reason(response: Mapping[str, Any]) -> str | None:
    """Return why an incomplete response ended, else its status; a number is the status of a refusal."""
    status = response.get("status")
    reason = clean.word(mapping(response.get("incomplete_details")).get("reason"))
    return reason or (clean.word(status) if isinstance(status, str) else None)


def _units_of(output: object) -> Mapping[str, int] | None:
    """Return the calls of the provider's own tools among the items of `output`."""
    items = map(mapping, output) if isinstance(output, list) else ()
    return Counter(_TOOLS[item["type"]] for item in items if _is_billed(item)) or None


def _is_billed(item: Mapping[str, Any]) -> bool:
    kind = item.get("type")
    is_known = isinstance(kind, str) and kind in _TOOLS and item.get("status") != "failed"
    return is_known and mapping(item.get("action")).get("type") not in ("open_page", "find_in_page")


def _summed(some: Mapping[str, int] | None, more: Mapping[str, int] | None) -> Mapping[str, int] | None:
    return Counter(some or {}) + Counter(more or {}) or None


DIALECT = Dialect("openai_responses", "chat", claims, asked, fold, has_content, usage)
