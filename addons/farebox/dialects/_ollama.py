"""Shared by Ollama's own APIs: the object with `done` contains the counts.

https://github.com/ollama/ollama/blob/main/docs/api.md
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Reply, mapping, tokens

_COUNTS = (
    *("prompt_eval_count", "eval_count"),
    *("total_duration", "load_duration", "prompt_eval_duration", "eval_duration"),
)


def is_at(request: Request, *endpoints: str) -> bool:
    """Return whether the request is a POST to `/api/` and one of `endpoints`."""
    return request.method == "POST" and request.path.rstrip("/").endswith(
        tuple(f"/api/{endpoint}" for endpoint in endpoints)
    )


def asked(_request: Request, body: Mapping[str, Any]) -> Asked:
    """Return what the body asks for; a stream is the default."""
    return Asked(clean.name(body.get("model")), body.get("stream") is not False)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    counts = {name: body[name] for name in _COUNTS if body.get(name) is not None}
    return replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        finish_reason=clean.word(body.get("done_reason")) or reply.finish_reason,
        usage=counts or reply.usage,
        is_error=reply.is_error or bool(body.get("error")),
        is_complete=reply.is_complete or body.get("done") is True,
    )


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the counts: `eval_count` includes thinking, and a fully cached prompt may have no count."""
    return Usage(input_tokens=tokens(sent, "prompt_eval_count"), output_tokens=tokens(sent, "eval_count"))
