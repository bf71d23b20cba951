"""Gemini's batches: one call starts a batch, and the poll that finds the results completes its row.

Results in a file are not metered. https://ai.google.dev/gemini-api/docs/batch-api
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
from ._google import error_of, failed, target
from ._openai import is_get_below, without_content
from ._shares import BATCH, added
from .gemini_generate import usage


def claims(request: Request) -> bool:
    is_start = target(request).verb in {"batchGenerateContent", "asyncBatchEmbedContent"}
    return is_start or is_get_below(request, "v1beta", "batches") is not None


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    polled = is_get_below(request, "v1beta", "batches")
    if polled is not None:
        return Asked(completes=f"batches/{polled}", context=BATCH)
    return Asked(target(request).model, stream=False, context=BATCH)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    has_ended = body.get("done") is True
    updated = replace(
        reply,
        response_id=clean.word(body.get("name")),
        finish_reason=clean.word(mapping(body.get("metadata")).get("state")) if has_ended else None,
        is_pending=not has_ended,
    )
    for answer in _answers(mapping(body.get("response"))):
        updated = _with(updated, answer)
    error = error_of(document.data)
    return replace(failed(updated, error), is_pending=False) if error else updated


def _answers(response: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the inline results, in a list within an object of the same name."""
    inner = next((response[name] for name in response if name.startswith("inlined")), None)
    lists = (value for value in (inner, *mapping(inner).values()) if isinstance(value, list))
    return [mapping(mapping(one).get("response")) for one in next(lists, [])]


def _with(reply: Reply, answer: Mapping[str, Any]) -> Reply:
    model, sent = clean.name(answer.get("modelVersion")), mapping(answer.get("usageMetadata"))
    if not sent:
        return reply
    return replace(
        reply,
        model=reply.model or model,
        parts=added(reply.parts, Part(usage(sent)), model),
        doubts=doubted(reply, usage, sent, "promptTokenCount"),
    )


DIALECT = Dialect("gemini_batch", "batch", claims, asked, fold, without_content, usage)
