"""OpenAI's live sessions: voice in both directions, billed by the time that the session lasts.

The stated seconds are those of the whole session so far. Responses of another model, to which the session delegates
work, are counted in tokens and are rows of their own. https://platform.openai.com/docs/guides/live
"""

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..wire.documents import Document
from . import openai_realtime, openai_responses
from ._base import Asked, Dialect, Reply, SessionState, Socket, SocketExchange, mapping
from ._openai import failed
from .openai_realtime import agree, asked, usage

_DELEGATED = "response.event"


def claims(request: Request) -> bool:
    return request.is_upgrade and request.path.rstrip("/").endswith(("/live/sessions", "/v1/live"))


def ask(_state: SessionState, _document: Document) -> SocketExchange | None:
    """Return None: nothing that a client sends is a request of its own."""
    return None


def answer(_state: SessionState, document: Document) -> SocketExchange | None:
    """Return the delegated response that an event ends; all others belong to the session."""
    inner = _delegated(document)
    if inner.event not in openai_responses.ENDS:
        return None
    response = mapping(mapping(inner.data).get("response"))
    asked_for = Asked(clean.name(response.get("model")), stream=True)
    return SocketExchange(f"response {clean.word(response.get('id'))}", asked_for, DELEGATED)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    sent = mapping(body.get("usage"))
    is_closed = document.event == "session.closed"
    updated = replace(
        reply,
        response_id=clean.word(mapping(body.get("session")).get("id")) or reply.response_id,
        finish_reason=clean.word(body.get("reason")) if is_closed else reply.finish_reason,
        usage=sent or reply.usage,
        is_complete=is_closed,
    )
    # A session that has begun survives an error, such as that of a voice that doesn't exist.
    return replace(failed(updated, body), is_error=updated.is_error or ("error" in body and not updated.response_id))


def has_content(document: Document) -> bool:
    return openai_realtime.has_content(document)


def _delegated(document: Document) -> Document:
    inner = mapping(mapping(document.data).get("event")) if document.event == _DELEGATED else {}
    return Document(str(inner.get("type")), inner)


def _fold_delegated(reply: Reply, document: Document) -> Reply:
    return openai_responses.fold(reply, _delegated(document))


DELEGATED = Dialect(
    "openai_live",
    "chat",
    claims,
    asked,
    _fold_delegated,
    lambda document: openai_responses.has_content(_delegated(document)),
    openai_responses.usage,
)
DIALECT = Dialect(
    "openai_live",
    "chat",
    claims,
    asked,
    fold,
    has_content,
    usage,
    socket=Socket(agree, ask, answer, bills_session=True),
)
