"""Vertex AI and Gemini over gRPC: a call is counted, and its tokens are unknown, as its messages are protobuf.

https://cloud.google.com/vertex-ai/docs/reference/rpc/google.cloud.aiplatform.v1
"""

import re
from collections.abc import Mapping
from typing import Any

from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply
from ._openai import without_content

_METHOD = re.compile(
    r"/google\.(?:cloud\.aiplatform|ai\.generativelanguage)\.v\w+\.(?:PredictionService|GenerativeService)"
    r"/(Stream)?(?:GenerateContent|RawPredict|Predict|EmbedContent|BatchEmbedContents)"
)


def claims(request: Request) -> bool:
    return request.method == "POST" and _METHOD.fullmatch(request.path) is not None


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    found = _METHOD.fullmatch(request.path)
    return Asked(stream=bool(found and found[1]))


def fold(reply: Reply, _document: Document) -> Reply:
    return reply


DIALECT = Dialect("vertex_grpc", "generate_content", claims, asked, fold, without_content, lambda _sent: Usage())
