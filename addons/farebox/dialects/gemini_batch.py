"""Work handed to Gemini for later, at half price: the answer that starts it tells no usage.

https://ai.google.dev/api/batch-api
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import clean
from ..exchange import Request
from ..usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping
from ._google import error_of, failed, target


def claims(request: Request) -> bool:
    return target(request).verb in {"batchGenerateContent", "asyncBatchEmbedContent"}


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    return Asked(target(request).model, stream=False)


def fold(reply: Reply, document: Document) -> Reply:
    error = error_of(document.data)
    body = mapping(document.data)
    return failed(reply, error) if error else replace(reply, response_id=clean.word(body.get("name")))


DIALECT = Dialect("gemini_batch", "batch", claims, asked, fold, lambda _document: False, lambda _sent: Usage())
