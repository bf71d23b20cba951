"""llama.cpp's own completion and infill, which state tokens evaluated and predicted and end without a mark.

https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._openai import failed

_COUNTS = ("tokens_evaluated", "tokens_predicted", "tokens_cached", "timings")
# Paths of this API alone; `/completions` without a version is OpenAI's at other servers.
_PATHS = ("/completion", "/infill")


def claims(request: Request) -> bool:
    return request.method == "POST" and request.path.rstrip("/") in _PATHS


def asked(_request: Request, body: Mapping[str, Any]) -> Asked:
    return Asked(clean.name(body.get("model")), body.get("stream") is True)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    counts = {name: body[name] for name in _COUNTS if body.get(name) is not None}
    is_end = body.get("stop") is True
    updated = replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        finish_reason=clean.word(body.get("stop_type")) or reply.finish_reason,
        usage={**(reply.usage or {}), **counts} or None,
        is_complete=reply.is_complete or is_end,
    )
    return failed(updated, body)


def has_content(document: Document) -> bool:
    return bool(mapping(document.data).get("content"))


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the counts: `tokens_evaluated` is the whole prompt, of which `cache_n` was in the cache."""
    return Usage(
        input_tokens=tokens(sent, "tokens_evaluated"),
        cache_read_tokens=tokens(sent, "timings.cache_n"),
        output_tokens=tokens(sent, "tokens_predicted"),
    )


DIALECT = Dialect("llamacpp_completion", "text_completion", claims, asked, fold, has_content, usage)
