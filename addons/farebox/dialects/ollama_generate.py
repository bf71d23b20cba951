"""Ollama's own completion.

https://docs.ollama.com/api/generate
"""

from ..records.exchange import Request
from ..wire.documents import Document
from ._base import Dialect, mapping
from ._ollama import asked, fold, is_at, usage


def claims(request: Request) -> bool:
    return is_at(request, "generate")


def has_content(document: Document) -> bool:
    body = mapping(document.data)
    return bool(body.get("response") or body.get("thinking"))


DIALECT = Dialect("ollama_generate", "text_completion", claims, asked, fold, has_content, usage)
