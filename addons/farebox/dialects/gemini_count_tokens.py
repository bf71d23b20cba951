"""Gemini's countTokens and Vertex AI's computeTokens: they count without running a model, free of charge.

https://ai.google.dev/api/tokens, https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/get-token-count
"""

from collections.abc import Mapping
from typing import Any

from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply
from ._google import error_of, failed, model_of, target


def claims(request: Request) -> bool:
    return target(request).verb in {"countTokens", "computeTokens"}


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    return Asked(model_of(request, body), stream=False)


def fold(reply: Reply, document: Document) -> Reply:
    error = error_of(document.data)
    return failed(reply, error) if error else reply


DIALECT = Dialect(
    "gemini_count_tokens", "count_tokens", claims, asked, fold, lambda _document: False, lambda _sent: Usage()
)
