"""OpenAI speech: a response of audio, or events that contain it.

https://platform.openai.com/docs/api-reference/audio/createSpeech
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records.exchange import Request
from ..wire.documents import Document
from . import _openai
from ._base import Asked, Dialect, Reply, mapping
from ._openai import failed, is_post, usage


def claims(request: Request) -> bool:
    return is_post(request, "/audio/speech")


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    """Return what the body asks for, with its characters, because an audio response reports no usage."""
    spoken = body.get("input")
    units = {"characters": len(spoken)} if isinstance(spoken, str) and spoken and request.body_is_whole else None
    return replace(_openai.asked(request, body), stream=body.get("stream_format") == "sse", units=units)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    is_end = body.get("type") == "speech.audio.done"
    updated = replace(reply, usage=mapping(body.get("usage")) or reply.usage, is_complete=reply.is_complete or is_end)
    return failed(updated, body)


def has_content(document: Document) -> bool:
    return mapping(document.data).get("type") == "speech.audio.delta"


DIALECT = Dialect("openai_speech", "speech", claims, asked, fold, has_content, usage)
