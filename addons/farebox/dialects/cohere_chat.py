"""Cohere chat, in its second version (server-sent events) and its first (a JSON object a line).

https://docs.cohere.com/reference/chat, https://docs.cohere.com/v1/reference/chat
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records.exchange import Request
from ..wire.documents import Document
from ._base import Dialect, Reply, mapping
from ._cohere import asked, is_at, updated, usage

_CONTENT = frozenset(
    {
        *("content-delta", "tool-plan-delta", "tool-call-start", "tool-call-delta"),
        *("text-generation", "tool-calls-chunk", "tool-calls-generation"),
    }
)


def claims(request: Request) -> bool:
    return is_at(request, "chat")


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    match _event(body):
        case "message-end":
            return replace(updated(reply, mapping(body.get("delta"))), is_complete=True)
        case "stream-end":
            ended = updated(updated(reply, mapping(body.get("response"))), {"finish_reason": body.get("finish_reason")})
            return replace(ended, is_complete=True)
    return updated(reply, body)


def has_content(document: Document) -> bool:
    return _event(mapping(document.data)) in _CONTENT


def _event(body: Mapping[str, Any]) -> str | None:
    """Return the event's kind, under its name in either version."""
    kind = body.get("type") or body.get("event_type")
    return kind if isinstance(kind, str) else None


DIALECT = Dialect("cohere_chat", "chat", claims, asked, fold, has_content, usage)
