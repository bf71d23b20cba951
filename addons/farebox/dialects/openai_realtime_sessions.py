"""Sessions of OpenAI's realtime API, prepared for a browser that then talks to OpenAI by itself.

https://platform.openai.com/docs/api-reference/realtime-sessions
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from . import _openai
from ._base import Asked, Dialect, Reply, mapping
from ._openai import failed, is_post, without_content

_PATHS = ("/realtime/sessions", "/realtime/client_secrets", "/realtime/transcription_sessions")


def claims(request: Request) -> bool:
    return is_post(request, *_PATHS)


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    plain = _openai.asked(request, body)
    return replace(plain, model=plain.model or clean.name(mapping(body.get("session")).get("model")))


def fold(reply: Reply, document: Document) -> Reply:
    """Note the session's id, and nothing of the secret beside it."""
    body = mapping(document.data)
    session = mapping(body.get("session")) or body
    updated = replace(reply, response_id=clean.word(session.get("id")) or reply.response_id)
    return failed(updated, body)


DIALECT = Dialect(
    "openai_realtime_sessions", "create_session", claims, asked, fold, without_content, lambda _sent: Usage()
)
