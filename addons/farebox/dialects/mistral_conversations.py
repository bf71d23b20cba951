"""Mistral's conversations, with or without an agent, and their connectors.

https://docs.mistral.ai/api/endpoint/beta/conversations
"""

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage, total
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens

_PATH = re.compile(r"/v1/conversations(/[^/]+(/restart)?)?/?")
_DONE, _FAILED = "conversation.response.done", "conversation.response.error"
_CONNECTORS = {
    "web_search": "web_search_requests",
    "web_search_premium": "web_search_requests",
    "code_interpreter": "code_interpreter_calls",
    "image_generation": "images",
    "document_library": "document_search_requests",
}


def claims(request: Request) -> bool:
    """Claim them at Mistral's hosts only: elsewhere the path is that of OpenAI's conversations, which are free."""
    is_its_maker = request.host.lower().endswith(".mistral.ai")
    return is_its_maker and request.method == "POST" and _PATH.fullmatch(request.path) is not None


def asked(_request: Request, body: Mapping[str, Any]) -> Asked:
    """Return what the body asks for: a model, or else an agent."""
    return Asked(clean.name(body.get("model") or body.get("agent_id")), body.get("stream") is True)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    kind = body.get("type")
    if kind == _FAILED or body.get("object") == "error":
        return replace(reply, is_error=True, error_code=clean.word(body.get("code")), error_type=_kind_of_error(body))
    outputs = body.get("outputs")
    entries = [body, *(mapping(entry) for entry in (outputs if isinstance(outputs, list) else ()))]
    model = next((name for entry in entries if (name := clean.name(entry.get("model")))), None)
    return replace(
        reply,
        model=model or reply.model,
        response_id=clean.word(body.get("conversation_id")) or reply.response_id,
        usage=mapping(body.get("usage")) or reply.usage,
        is_complete=reply.is_complete or kind == _DONE,
    )


def has_content(document: Document) -> bool:
    return mapping(document.data).get("type") in ("message.output.delta", "function.call.delta")


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the counts: input from connectors is added to the prompt if the total includes it."""
    prompt, brought, completion = (tokens(sent, f"{part}_tokens") for part in ("prompt", "connector", "completion"))
    is_beside = tokens(sent, "total_tokens") == total(prompt, brought, completion)
    counted = mapping(sent.get("connectors"))
    units: dict[str, int] = {}
    for name, unit in _CONNECTORS.items():
        units[unit] = units.get(unit, 0) + (tokens(counted, name) or 0)
    return Usage(
        input_tokens=total(prompt, brought) if is_beside else prompt,
        output_tokens=completion,
        units={unit: number for unit, number in units.items() if number} or None,
    )


def _kind_of_error(body: Mapping[str, Any]) -> str | None:
    kind = clean.word(body.get("type"))
    return None if kind == _FAILED else kind


DIALECT = Dialect("mistral_conversations", "chat", claims, asked, fold, has_content, usage)
