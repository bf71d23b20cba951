"""Anthropic's first API, text completions, which reports no usage.

https://docs.anthropic.com/en/api/complete
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Dialect, Reply, mapping
from ._openai import asked, failed, is_post


def claims(request: Request) -> bool:
    """Return whether it is Anthropic's: every client of it sends its version."""
    return is_post(request, "/v1/complete") and request.header("anthropic-version") is not None


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    reason = clean.word(body.get("stop_reason"))
    updated = replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        response_id=clean.word(body.get("id")) or reply.response_id,
        finish_reason=reason or reply.finish_reason,
        is_complete=reply.is_complete or reason is not None,
    )
    return failed(updated, body)


def has_content(document: Document) -> bool:
    return bool(mapping(document.data).get("completion"))


def usage(_sent: Mapping[str, Any]) -> Usage:
    return Usage()


DIALECT = Dialect("anthropic_complete", "text_completion", claims, asked, fold, has_content, usage)
