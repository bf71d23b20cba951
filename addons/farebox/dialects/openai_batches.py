"""OpenAI batches: the batch object states its usage once the batch has ended.

https://platform.openai.com/docs/api-reference/batch
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Part
from ..wire.documents import Document
from . import _openai
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._openai import failed, is_get_below, is_post, usage, without_content
from ._shares import BATCH, numbered

_ENDS = frozenset({"completed", "failed", "expired", "cancelled"})


def claims(request: Request) -> bool:
    """Claim all except Anthropic's, at `/messages/batches`, and Gemini's, at `/v1beta/batches`."""
    before = request.path.partition("/batches")[0].rpartition("/")[2]
    is_ours = before not in ("messages", "v1beta")
    return is_ours and (is_post(request, "/batches") or is_get_below(request, "batches") is not None)


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    polled = is_get_below(request, "batches")
    wanted = Asked(completes=polled) if polled is not None else _openai.asked(request, body)
    return replace(wanted, context=BATCH)


def fold(reply: Reply, document: Document) -> Reply:
    """Read the batch; its usage is all zeros until it has ended and is ignored until then."""
    body = mapping(document.data)
    status = clean.word(body.get("status"))
    has_ended = status in _ENDS
    sent = mapping(body.get("usage")) if has_ended else {}
    updated = replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        response_id=clean.word(body.get("id")) or reply.response_id,
        finish_reason=status if has_ended else None,
        usage=sent or None,
        parts=numbered(Part(usage(sent), calls=_calls(body))) if sent else {},
        is_pending=status is not None and not has_ended,
    )
    return failed(updated, body)


def _calls(body: Mapping[str, Any]) -> int:
    """Return the number of requests in the usage; 2 if it is not stated, because it may be more than one."""
    return tokens(mapping(body.get("request_counts")), "completed") or 2


DIALECT = Dialect("openai_batches", "batch", claims, asked, fold, without_content, usage)
