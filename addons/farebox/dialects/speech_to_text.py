"""Speech to text of xAI and Deepgram, which is billed by the second.

https://docs.x.ai/developers/rest-api-reference/inference/speech-to-text,
https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..wire.documents import Document
from . import openai_transcription
from ._base import Asked, Dialect, Reply, mapping
from ._openai import failed, is_post_at, without_content

_PATHS = {"api.x.ai": "/v1/stt", "*.api.x.ai": "/v1/stt", "api.deepgram.com": "/v1/listen"}


def claims(request: Request) -> bool:
    return is_post_at(request, _PATHS)


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    """Return the model: it is in Deepgram's query, and xAI has one, which has no name."""
    return Asked(clean.name(request.parameter("model")))


def fold(reply: Reply, document: Document) -> Reply:
    """Read the length of the audio: it is at the top in xAI's response, and in Deepgram's metadata."""
    body = mapping(document.data)
    code = clean.word(body.get("err_code"))
    if code or body.get("error"):
        return replace(reply, is_error=True, error_code=code) if code else failed(reply, body)
    metadata = mapping(body.get("metadata")) or body
    length = {"duration": metadata["duration"]} if clean.figures(metadata.get("duration")) is not None else None
    return replace(
        reply, usage=length or reply.usage, response_id=clean.word(metadata.get("request_id")) or reply.response_id
    )


DIALECT = Dialect("speech_to_text", "transcription", claims, asked, fold, without_content, openai_transcription.usage)
