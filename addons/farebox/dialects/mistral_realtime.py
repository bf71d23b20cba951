"""Mistral's transcription over a websocket, billed by the length of the sound.

https://docs.mistral.ai/capabilities/audio_transcription/realtime_transcription
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from . import openai_transcription
from ._base import Asked, Dialect, Reply, SessionState, Socket, SocketExchange, mapping
from ._openai import failed
from .openai_realtime import agree


def claims(request: Request) -> bool:
    return request.is_upgrade and request.path.rstrip("/").endswith("/audio/transcriptions/realtime")


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    return Asked(clean.name(request.parameter("model")), stream=True)


def none(_state: SessionState, _document: Document) -> SocketExchange | None:
    """Return None: a session is one transcription."""
    return None


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    updated = replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        response_id=clean.word(mapping(body.get("session")).get("request_id")) or reply.response_id,
        usage=mapping(body.get("usage")) or reply.usage,
        is_complete=document.event == "transcription.done",
    )
    return failed(updated, body)


def has_content(document: Document) -> bool:
    return document.event == "transcription.text.delta"


def usage(sent: Mapping[str, Any]) -> Usage:
    return openai_transcription.usage(sent)


DIALECT = Dialect(
    "mistral_realtime",
    "transcription",
    claims,
    asked,
    fold,
    has_content,
    usage,
    socket=Socket(agree, none, none, bills_session=True),
)
