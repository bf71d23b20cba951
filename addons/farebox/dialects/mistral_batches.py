"""Mistral's batch jobs: one call starts a job, and the poll that finds the results completes its row.

Results in a file are not metered. https://docs.mistral.ai/api/endpoint/batch
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Part
from ..wire.documents import Document
from . import mistral_ocr, openai_chat
from ._base import Asked, Dialect, Reply, mapping
from ._doubts import doubted
from ._openai import is_get_below, is_post, without_content
from ._shares import BATCH, added

_UNDER_WAY = frozenset({"QUEUED", "RUNNING", "CANCELLATION_REQUESTED"})


def claims(request: Request) -> bool:
    return is_post(request, "/v1/batch/jobs") or _polled(request) is not None


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    return Asked(clean.name(body.get("model")), stream=False, completes=_polled(request), context=BATCH)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    status = clean.word(body.get("status"))
    updated = replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        response_id=clean.word(body.get("id")) or reply.response_id,
        finish_reason=None if status in _UNDER_WAY else status,
        is_pending=status in _UNDER_WAY,
        is_error=body.get("object") == "error",
        error_type=clean.word(body.get("type")) or reply.error_type,
    )
    outputs = body.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        updated = _with(updated, mapping(mapping(mapping(output).get("response")).get("body")))
    return updated


def _polled(request: Request) -> str | None:
    return is_get_below(request, "batch", "jobs")


def _with(reply: Reply, answer: Mapping[str, Any]) -> Reply:
    sent, pages = mapping(answer.get("usage")), mapping(answer.get("usage_info"))
    if not (sent or pages):
        return reply
    doubts = doubted(reply, openai_chat.usage, sent, "prompt_tokens") if sent else reply.doubts
    used = openai_chat.usage(sent) if sent else mistral_ocr.usage(pages)
    return replace(reply, parts=added(reply.parts, Part(used), clean.name(answer.get("model"))), doubts=doubts)


DIALECT = Dialect("mistral_batches", "batch", claims, asked, fold, without_content, openai_chat.usage)
