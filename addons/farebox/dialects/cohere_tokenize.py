"""Cohere's tokenizer: it counts without running a model, free of charge.

https://docs.cohere.com/reference/tokenize
"""

from msgspec.structs import replace

from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Dialect, Reply, mapping
from ._cohere import asked, is_at, updated


def claims(request: Request) -> bool:
    return is_at(request, "tokenize", "detokenize")


def fold(reply: Reply, document: Document) -> Reply:
    return replace(updated(reply, mapping(document.data)), usage=None)


DIALECT = Dialect(
    "cohere_tokenize", "count_tokens", claims, asked, fold, lambda _document: False, lambda _sent: Usage()
)
