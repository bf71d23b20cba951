"""OpenAI responses over a persistent websocket, and compatible APIs: each response is like a stream of events.

https://developers.openai.com/api/docs/guides/websocket-mode
"""

from collections.abc import Mapping
from typing import Any

from ..records import clean
from ..records.exchange import Request
from ..wire.documents import Document
from . import openai_responses
from ._base import Asked, Dialect, SessionState, Socket, SocketExchange, mapping
from .openai_responses import fold, has_content, usage


def claims(request: Request) -> bool:
    return request.is_upgrade and request.path.rstrip("/").endswith("/responses")


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    return Asked(clean.name(request.parameter("model")), stream=True)


def agree(state: SessionState, document: Document) -> SessionState:
    """Keep the model that was last asked for; each response may ask for another."""
    model = clean.name(mapping(document.data).get("model")) if document.event == "response.create" else None
    return SessionState(Asked(model, stream=True)) if model else state


def ask(_state: SessionState, document: Document) -> SocketExchange | None:
    return SocketExchange(_lane(document)) if document.event == "response.create" else None


def answer(_state: SessionState, document: Document) -> SocketExchange | None:
    """Return the response: in a lane, which a `stream_id` names, there is one at a time."""
    if document.event == "error":
        return SocketExchange(_lane(document), begins=False)
    if not document.event.startswith("response."):
        return None
    return SocketExchange(_lane(document), begins=document.event in {"response.created", *openai_responses.ENDS})


def _lane(document: Document) -> str:
    return clean.word(mapping(document.data).get("stream_id")) or ""


DIALECT = Dialect(
    "openai_responses_socket", "chat", claims, asked, fold, has_content, usage, socket=Socket(agree, ask, answer)
)
