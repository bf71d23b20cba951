"""Anthropic's message batches: the answer that starts one tells no usage, which its results do, at half price, later.

https://docs.anthropic.com/en/api/creating-message-batches
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import clean
from ..exchange import Request
from ..usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping
from .anthropic_messages import fold as fold_message


def claims(request: Request) -> bool:
    return request.method == "POST" and request.path.rstrip("/").endswith("/v1/messages/batches")


def asked(_request: Request, _body: Mapping[str, Any]) -> Asked:
    """Return that no stream is asked for; each request of a batch has its own model."""
    return Asked(stream=False)


def fold(reply: Reply, document: Document) -> Reply:
    response_id = clean.word(mapping(document.data).get("id"))
    return replace(fold_message(reply, document), response_id=response_id, usage=None)


DIALECT = Dialect("anthropic_batches", "batch", claims, asked, fold, lambda _document: False, lambda _sent: Usage())
