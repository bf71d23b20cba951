"""Searches of OpenAI's vector stores, billed by the search.

https://platform.openai.com/docs/api-reference/vector-stores/search
"""

from collections.abc import Mapping
from typing import Any

from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping
from ._openai import failed, is_post, without_content


def claims(request: Request) -> bool:
    return is_post(request, "/search") and "/vector_stores/" in request.path


def asked(_request: Request, _body: Mapping[str, Any]) -> Asked:
    return Asked(stream=False, units={"file_search_requests": 1})


def fold(reply: Reply, document: Document) -> Reply:
    return failed(reply, mapping(document.data))


DIALECT = Dialect("openai_vector_stores", "vector_search", claims, asked, fold, without_content, lambda _sent: Usage())
