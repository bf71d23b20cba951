"""OpenAI batches: a day's work in one object, which tells what it consumed once it has ended.

https://platform.openai.com/docs/api-reference/batch
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import clean
from ..exchange import Request
from ..wire.documents import Document
from . import _openai
from ._base import Asked, Dialect, Reply, mapping
from ._openai import failed, is_get_below, is_post, usage, without_content

_ENDS = frozenset({"completed", "failed", "expired", "cancelled"})


def claims(request: Request) -> bool:
    """Claim all but Anthropic's, which are at `/messages/batches`."""
    is_ours = "/messages/batches" not in request.path
    return is_ours and (is_post(request, "/batches") or is_get_below(request, "batches") is not None)


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    polled = is_get_below(request, "batches")
    return Asked(completes=polled) if polled is not None else _openai.asked(request, body)


def fold(reply: Reply, document: Document) -> Reply:
    """Note the batch; until it has ended its usage is all zeros, which says nothing."""
    body = mapping(document.data)
    status = clean.word(body.get("status"))
    has_ended = status in _ENDS
    told = replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        response_id=clean.word(body.get("id")) or reply.response_id,
        service_tier="batch",
        finish_reason=status if has_ended else None,
        usage=mapping(body.get("usage")) or None if has_ended else None,
        is_pending=status is not None and not has_ended,
    )
    return failed(told, body)


DIALECT = Dialect("openai_batches", "batch", claims, asked, fold, without_content, usage)
