"""Runs of OpenAI's evals: a run states its usage by model once it has ended.

https://platform.openai.com/docs/api-reference/evals/getRun
"""

from collections.abc import Mapping
from functools import reduce
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Part, Usage, summed
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._doubts import doubted
from ._openai import failed, is_get_below, is_post, without_content
from ._shares import numbered

_UNDER_WAY = frozenset({"queued", "in_progress"})


def claims(request: Request) -> bool:
    is_start = is_post(request, "/runs") and "/evals/" in request.path
    return is_start or is_get_below(request, "evals", "*", "runs") is not None


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    model = clean.name(mapping(body.get("data_source")).get("model"))
    return Asked(model, stream=False, completes=is_get_below(request, "evals", "*", "runs"))


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    status = clean.word(body.get("status"))
    has_ended = status is not None and status not in _UNDER_WAY
    used = body.get("per_model_usage")
    models = [mapping(one) for one in used] if isinstance(used, list) and has_ended else []
    updated = replace(
        reply,
        model=clean.name(body.get("model")) or (clean.name(models[0].get("model_name")) if models else reply.model),
        response_id=clean.word(body.get("id")) or reply.response_id,
        finish_reason=status if has_ended else None,
        usage={"per_model_usage": models} if models else None,
        parts=numbered(*map(_part, models)),
        is_pending=status in _UNDER_WAY,
    )
    updated = reduce(_with_doubts, models, updated)
    return failed(updated, body) if mapping(body.get("error")).get("message") else updated


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the counts of all models together."""
    models = sent.get("per_model_usage")
    return summed(map(_of_model, map(mapping, models))) if isinstance(models, list) else Usage()


def _of_model(sent: Mapping[str, Any]) -> Usage:
    """Return the counts of one model, whose prompt includes what was read from the cache."""
    return Usage(
        input_tokens=tokens(sent, "prompt_tokens"),
        cache_read_tokens=tokens(sent, "cached_tokens"),
        output_tokens=tokens(sent, "completion_tokens"),
    )


def _with_doubts(reply: Reply, sent: Mapping[str, Any]) -> Reply:
    return replace(reply, doubts=doubted(reply, _of_model, sent, "prompt_tokens", "completion_tokens"))


def _part(sent: Mapping[str, Any]) -> Part:
    """Return the share of one model: many calls, or two if their number is not stated, as it may be more than one."""
    return Part(_of_model(sent), clean.name(sent.get("model_name")), calls=tokens(sent, "invocation_count") or 2)


DIALECT = Dialect("openai_evals", "evaluation", claims, asked, fold, without_content, usage)
