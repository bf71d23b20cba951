"""Gemini's Live API, on Gemini's own host and on Vertex AI.

https://ai.google.dev/api/live
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage, total
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, SessionState, Socket, SocketExchange, mapping, tokens
from ._google import media

_OF_NO_TURN = frozenset({"setupComplete", "sessionResumptionUpdate", "goAway", "toolCallCancellation"})


def claims(request: Request) -> bool:
    return request.is_upgrade and "BidiGenerateContent" in request.path.rpartition("/")[2]


def asked(_request: Request, _body: Mapping[str, Any]) -> Asked:
    return Asked(stream=True)


def agree(state: SessionState, document: Document) -> SessionState:
    """Keep the model that the client sets up: a resource, in one of several collections."""
    model = clean.name(mapping(mapping(document.data).get("setup")).get("model"))
    return replace(state, asked=replace(state.asked, model=model.rpartition("models/")[2])) if model else state


def ask(_state: SessionState, document: Document) -> SocketExchange | None:
    """Return a turn if the client marks the end of its message; speech has no such mark."""
    body = mapping(document.data)
    content = mapping(body.get("clientContent") or body.get("client_content"))
    is_whole = content.get("turnComplete") or content.get("turn_complete")
    is_tool = "toolResponse" in body or "tool_response" in body
    return SocketExchange() if is_whole or is_tool else None


def answer(_state: SessionState, document: Document) -> SocketExchange | None:
    """Return the turn: there is one at a time, and the message that ends it cannot begin one."""
    body = mapping(document.data)
    if body.keys() & _OF_NO_TURN and "usageMetadata" not in body:
        return None
    return SocketExchange(begins="usageMetadata" in body or _is_said(body))


def fold(reply: Reply, document: Document) -> Reply:
    """Treat a usage report, or else the end of the turn, as the end of the response.

    A model that translates continuously has no turns: it reports its usage every few seconds.
    """
    body = mapping(document.data)
    content = mapping(body.get("serverContent"))
    ended = next((name for name in ("interrupted", "turnComplete") if content.get(name)), None)
    sent = mapping(body.get("usageMetadata"))
    updated = replace(
        reply,
        finish_reason=reply.finish_reason or ended,
        usage=sent or reply.usage,
        service_tier=clean.word(sent.get("trafficType")) or reply.service_tier,
        is_complete=bool(sent or content.get("turnComplete")),
    )
    error = mapping(body.get("error"))
    return replace(updated, is_error=True, error_type=clean.word(error.get("status"))) if error else updated


def has_content(document: Document) -> bool:
    return _is_said(mapping(document.data))


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return one report's counts: the prompt includes the cache, the response excludes thoughts."""
    response = tokens(sent, "responseTokenCount", "candidatesTokenCount")
    thoughts = tokens(sent, "thoughtsTokenCount")
    answered = sent.get("responseTokensDetails") or sent.get("candidatesTokensDetails")
    return Usage(
        input_tokens=total(tokens(sent, "promptTokenCount"), tokens(sent, "toolUsePromptTokenCount")),
        cache_read_tokens=tokens(sent, "cachedContentTokenCount"),
        input_audio_tokens=_of_kind(sent.get("promptTokensDetails"), "AUDIO"),
        input_image_tokens=_of_kind(sent.get("promptTokensDetails"), "IMAGE"),
        output_tokens=total(response, thoughts),
        reasoning_tokens=thoughts,
        output_audio_tokens=_of_kind(answered, "AUDIO"),
        output_image_tokens=_of_kind(answered, "IMAGE"),
        units=media(read=sent.get("promptTokensDetails"), cached=sent.get("cacheTokensDetails"), made=answered),
    )


def _is_said(body: Mapping[str, Any]) -> bool:
    content = mapping(body.get("serverContent"))
    spoken = mapping(content.get("outputTranscription")).get("text")
    return bool(content.get("modelTurn") or spoken or body.get("toolCall"))


def _of_kind(details: object, kind: str) -> int | None:
    """Return the tokens of a modality; an entry without a count is zero."""
    parts = map(mapping, details) if isinstance(details, list) else ()
    return total(*(tokens(part, "tokenCount") or 0 for part in parts if part.get("modality") == kind))


DIALECT = Dialect(
    "gemini_live", "chat", claims, asked, fold, has_content, usage, socket=Socket(agree, ask, answer, waits=False)
)
