"""Rerankers, which share one path: Cohere bills by the search; Voyage, Jina, vLLM and llama.cpp count tokens.

https://docs.cohere.com/reference/rerank, https://docs.voyageai.com/reference/reranker-api
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Dialect, Reply, mapping, tokens
from ._cohere import asked, updated
from ._cohere import usage as billed


def claims(request: Request) -> bool:
    return request.method == "POST" and request.path.rstrip("/").endswith("/rerank")


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    error = mapping(body.get("error"))
    reply = updated(reply, body)
    return replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        is_error=reply.is_error or bool(body.get("error")),
        error_type=clean.word(error.get("type")) or reply.error_type,
        error_code=clean.word(error.get("code")) or reply.error_code,
    )


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the billed searches or the input tokens: the output consists of scores only."""
    counted = tokens(sent, "prompt_tokens", "total_tokens")
    return billed(sent) if counted is None else Usage(input_tokens=counted)


DIALECT = Dialect("rerank", "rerank", claims, asked, fold, lambda _document: False, usage)
