"""Anthropic's message batches: one call starts a batch, and the download of the results completes its row.

https://docs.anthropic.com/en/api/creating-message-batches,
https://docs.anthropic.com/en/api/retrieving-message-batch-results
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Part
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping
from ._doubts import doubted
from ._openai import is_post, without_content
from ._shares import BATCH, added
from .anthropic_messages import fold as fold_message
from .anthropic_messages import price_words, shares, usage

_ENDED = "ended"


def claims(request: Request) -> bool:
    return is_post(request, "/v1/messages/batches") or _results_of(request) is not None


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    """Return the batch whose results are requested (a line for each of its requests), or that a batch is started.

    Each request of a batch has its own model.
    """
    wanted = _results_of(request)
    return Asked(stream=wanted is not None, completes=wanted, context=BATCH)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    if body.get("type") == "message_batch":
        status = clean.word(body.get("processing_status"))
        return replace(reply, response_id=clean.word(body.get("id")), is_pending=status != _ENDED)
    if "result" not in body:
        return fold_message(reply, document)
    message = mapping(mapping(body.get("result")).get("message"))
    return _with(replace(reply, finish_reason=_ENDED), message)


def _with(reply: Reply, message: Mapping[str, Any]) -> Reply:
    """Return `reply` with the usage of one of the messages."""
    sent = mapping(message.get("usage"))
    if not sent:
        return reply
    model, words = clean.name(message.get("model")), price_words(sent)
    parts = reply.parts
    for part in shares(sent).values() or (Part(usage(sent)),):
        parts = added(parts, part, model, words)
    tier = clean.word(sent.get("service_tier"))
    return replace(
        reply,
        model=reply.model or model,
        service_tier=tier or reply.service_tier,
        parts=parts,
        doubts=doubted(reply, usage, sent, "input_tokens", "output_tokens"),
    )


def _results_of(request: Request) -> str | None:
    """Return the batch whose results are requested: `/v1/messages/batches/{id}/results`."""
    *path, batch, last = ("", "", *request.path.strip("/").split("/"))
    is_wanted = request.method == "GET" and last == "results" and path[-2:] == ["messages", "batches"]
    return clean.word(batch) if is_wanted else None


DIALECT = Dialect("anthropic_batches", "batch", claims, asked, fold, without_content, usage)
