"""Text to speech of xAI and Deepgram, which is billed by the character.

https://docs.x.ai/developers/rest-api-reference/inference/voice,
https://developers.deepgram.com/reference/text-to-speech/speak-request
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request, Response
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping
from ._openai import failed, is_post_at, without_content

# Only at these hosts: elsewhere the paths can be anything's.
_PATHS = {"api.x.ai": "/v1/tts", "*.api.x.ai": "/v1/tts", "api.deepgram.com": "/v1/speak"}
_DIGITS = 10


def claims(request: Request) -> bool:
    return is_post_at(request, _PATHS)


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    """Return the characters to be spoken; xAI has one model, which has no name."""
    text = body.get("text")
    units = {"characters": len(text)} if isinstance(text, str) and text and request.body_is_whole else None
    return Asked(clean.name(request.parameter("model")), units=units)


def begin(response: Response) -> Reply:
    """Return what Deepgram states in headers, because its response is audio."""
    stated = response.header("dg-char-count") or ""
    units = {"characters": int(stated)} if stated.isdecimal() and len(stated) < _DIGITS else None
    return Reply(response_id=clean.word(response.header("dg-request-id")), units=units)


def fold(reply: Reply, document: Document) -> Reply:
    """Read the error: xAI's is a sentence beside a code, Deepgram's has names of its own."""
    body = mapping(document.data)
    code = clean.word(body.get("err_code"))
    return replace(reply, is_error=True, error_code=code) if code else failed(reply, body)


DIALECT = Dialect("text_to_speech", "speech", claims, asked, fold, without_content, lambda _sent: Usage(), begin=begin)
