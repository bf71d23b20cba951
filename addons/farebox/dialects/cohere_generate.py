"""Cohere generate, the completion API before chat.

https://docs.cohere.com/v1/reference/generate
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records.exchange import Request
from ..wire.documents import Document
from ._base import Dialect, Reply, first_mapping, mapping
from ._cohere import asked, is_at, updated, usage


def claims(request: Request) -> bool:
    return is_at(request, "generate")


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    if body.get("is_finished") is True:
        ended = _generations(updated(reply, body), mapping(body.get("response")))
        return replace(ended, is_complete=True)
    return _generations(reply, body)


def has_content(document: Document) -> bool:
    return bool(mapping(document.data).get("text"))


def _generations(reply: Reply, body: Mapping[str, Any]) -> Reply:
    first = first_mapping(body.get("generations"))
    return updated(reply, {"finish_reason": first.get("finish_reason"), **body})


DIALECT = Dialect("cohere_generate", "text_completion", claims, asked, fold, has_content, usage)
