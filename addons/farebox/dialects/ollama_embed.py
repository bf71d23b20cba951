"""Ollama's own embeddings; the older `/api/embeddings` reports no usage.

https://docs.ollama.com/api/embed
"""

from collections.abc import Mapping
from typing import Any

from ..records import clean
from ..records.exchange import Request
from ._base import Asked, Dialect
from ._ollama import fold, is_at, usage


def claims(request: Request) -> bool:
    return is_at(request, "embed", "embeddings")


def asked(_request: Request, body: Mapping[str, Any]) -> Asked:
    return Asked(clean.name(body.get("model")), stream=False)


DIALECT = Dialect("ollama_embed", "embeddings", claims, asked, fold, lambda _document: False, usage)
