"""Cohere embeddings, in both versions: text is billed by the token, an image by the image or by its tokens.

https://docs.cohere.com/reference/embed
"""

from ..records.exchange import Request
from ..wire.documents import Document
from ._base import Dialect, Reply, mapping
from ._cohere import asked, is_at, updated, usage


def claims(request: Request) -> bool:
    return is_at(request, "embed")


def fold(reply: Reply, document: Document) -> Reply:
    return updated(reply, mapping(document.data))


DIALECT = Dialect("cohere_embed", "embeddings", claims, asked, fold, lambda _document: False, usage)
