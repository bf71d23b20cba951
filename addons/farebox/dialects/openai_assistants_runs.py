"""Runs of OpenAI's assistants: started, streamed, given tool outputs, and polled until they end.

https://platform.openai.com/docs/api-reference/runs
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from . import _openai
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._cached import cached
from ._openai import error, failed, is_get_below, is_post

_UNDER_WAY = frozenset({"queued", "in_progress", "requires_action", "cancelling"})
_CONTENT = ("thread.message.delta", "thread.run.step.delta")


def claims(request: Request) -> bool:
    is_start = is_post(request, "/runs", "/submit_tool_outputs") and "/threads/" in request.path
    return is_start or _polled(request) is not None


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    polled = _polled(request)
    return Asked(completes=polled) if polled is not None else _openai.asked(request, body)


def fold(reply: Reply, document: Document) -> Reply:
    if document.is_done:
        return replace(reply, is_complete=True)
    body = mapping(document.data)
    if body.get("object") == "thread.run":
        updated = _updated(reply, body)
        # In a stream, an intermediate state is not the end.
        return replace(updated, finish_reason=reply.finish_reason) if document.event and updated.is_pending else updated
    return failed(reply, {"error": body, **body}) if document.event == "error" else failed(reply, body)


def has_content(document: Document) -> bool:
    return mapping(document.data).get("object") in _CONTENT


def usage(sent: Mapping[str, Any]) -> Usage:
    return Usage(
        input_tokens=tokens(sent, "prompt_tokens"),
        cache_read_tokens=cached(sent).read,
        output_tokens=tokens(sent, "completion_tokens"),
        reasoning_tokens=tokens(sent, "completion_tokens_details.reasoning_tokens"),
    )


def _polled(request: Request) -> str | None:
    return is_get_below(request, "threads", "*", "runs")


def _updated(reply: Reply, run: Mapping[str, Any]) -> Reply:
    status = clean.word(run.get("status"))
    updated = replace(
        reply,
        model=clean.name(run.get("model")) or reply.model,
        response_id=clean.word(run.get("id")) or reply.response_id,
        finish_reason=status or reply.finish_reason,
        usage=mapping(run.get("usage")) or reply.usage,
        is_pending=status in _UNDER_WAY,
    )
    return error(updated, mapping(run["last_error"])) if run.get("last_error") else updated


DIALECT = Dialect("openai_assistants_runs", "invoke_agent", claims, asked, fold, has_content, usage)
