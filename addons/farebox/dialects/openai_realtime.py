"""OpenAI's realtime API over a websocket, and compatible APIs: speech and text in both directions.

https://platform.openai.com/docs/api-reference/realtime-server-events
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage, with_units
from ..wire.documents import Document
from . import _openai
from ._base import Asked, Dialect, Reply, SessionState, Socket, SocketExchange, mapping
from ._lengths import length
from ._openai import failed

_TRANSCRIPTION = "conversation.item.input_audio_transcription."
# xAI bills sound by the second, and text that the client sends by the message. OpenAI bills some transcribers by time.
_BILLED_SOUND = "billable_audio_seconds"
_SECONDS = (_BILLED_SOUND, "seconds", "duration")
_TEXTS = frozenset({"input_text", "text"})


def claims(request: Request) -> bool:
    """Claim all except Mistral's, at `/audio/transcriptions/realtime`."""
    path = request.path.rstrip("/")
    is_ours = path.endswith(("/realtime", "/realtime/translations")) and "/audio/" not in path
    return request.is_upgrade and is_ours


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    """Return the model in the query, or the deployment of Azure's older API."""
    return Asked(clean.name(request.parameter("model") or request.parameter("deployment")), stream=True)


def agree(state: SessionState, document: Document) -> SessionState:
    """Keep the models that either side names in a description of the session."""
    session = mapping(mapping(document.data).get("session"))
    if not session:
        return state
    speech = mapping(mapping(session.get("audio")).get("input")).get("transcription")
    transcription = mapping(speech) or mapping(session.get("input_audio_transcription"))
    model = clean.name(session.get("model"))
    is_told = document.event.startswith("session.") and document.event != "session.update"
    return SessionState(
        asked=state.asked if state.asked.model else replace(state.asked, model=model),
        served=(model if is_told else None) or state.served,
        transcriber=clean.name(transcription.get("model")) or state.transcriber,
    )


def ask(_state: SessionState, document: Document) -> SocketExchange | None:
    return SocketExchange() if document.event == "response.create" else None


def answer(state: SessionState, document: Document) -> SocketExchange | None:
    """Return the response or transcription of an event; an error belongs to the last request."""
    event = mapping(document.data)
    if document.event.startswith(_TRANSCRIPTION):
        return SocketExchange(f"item {event.get('item_id')}", Asked(state.transcriber, stream=True), TRANSCRIPTION)
    if document.event == "error":
        return SocketExchange(begins=False)
    if not document.event.startswith("response."):
        return None
    name = clean.word(event.get("response_id")) or clean.word(mapping(event.get("response")).get("id"))
    # xAI leaves the id out of some events.
    return SocketExchange(name, begins=document.event in {"response.created", "response.done"}) if name else None


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    response = mapping(body.get("response"))
    if document.event == "session.closed":
        return replace(reply, usage=mapping(body.get("usage")) or reply.usage, is_complete=True)
    if not response:
        return failed(reply, body)
    details = mapping(response.get("status_details"))
    is_done = document.event == "response.done"
    updated = replace(
        reply,
        response_id=clean.word(response.get("id")) or reply.response_id,
        finish_reason=(clean.word(details.get("reason")) or clean.word(response.get("status"))) if is_done else None,
        # xAI counts beside the response.
        usage=mapping(response.get("usage")) or mapping(body.get("usage")) or reply.usage,
        is_complete=is_done,
    )
    return failed(updated, details)


def has_content(document: Document) -> bool:
    return document.event.startswith(("response.", "session.output_")) and document.event.endswith(".delta")


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the counts of one response, or of one transcription: they are no running totals of the session."""
    heard = next((length("audio", sent[name]) for name in _SECONDS if sent.get(name)), None)
    return with_units(_openai.usage(sent), heard)


def messages(document: Document) -> Mapping[str, int]:
    """Return 1 for a text message that the client sends."""
    item = mapping(mapping(document.data).get("item"))
    content = item.get("content") if isinstance(item.get("content"), list) else ()
    is_text = any(mapping(part).get("type") in _TEXTS for part in content or ())
    is_message = document.event == "conversation.item.create" and item.get("type", "message") == "message"
    return {"text_messages": 1} if is_message and is_text and item.get("role") != "assistant" else {}


def bills(sent: Mapping[str, Any]) -> bool:
    """Return whether the usage is that of an API which bills text by the message."""
    return _BILLED_SOUND in sent


def _fold_transcription(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    updated = replace(
        reply,
        response_id=clean.word(body.get("item_id")),
        usage=mapping(body.get("usage")) or reply.usage,
        is_complete=document.event.endswith(".completed"),
    )
    return failed(updated, body)


def _transcript_has_content(document: Document) -> bool:
    return document.event.endswith(".delta")


# Speech that the client sent is written down by another model, which has its own price.
TRANSCRIPTION = Dialect(
    "openai_realtime", "transcription", claims, asked, _fold_transcription, _transcript_has_content, usage
)
_SOCKET = Socket(agree, ask, answer, messages=messages, bills=bills)
DIALECT = Dialect("openai_realtime", "chat", claims, asked, fold, has_content, usage, socket=_SOCKET)
