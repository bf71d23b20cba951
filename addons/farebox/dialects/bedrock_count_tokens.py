"""Bedrock's CountTokens: it counts without running a model, free of charge.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html
"""

from collections.abc import Mapping
from typing import Any

from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply
from ._bedrock import begin, target


def claims(request: Request) -> bool:
    return target(request).verb == "count-tokens"


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    return Asked(target(request).model, stream=False)


def fold(reply: Reply, _document: Document) -> Reply:
    return reply


DIALECT = Dialect(
    "bedrock_count_tokens",
    "count_tokens",
    claims,
    asked,
    fold,
    has_content=lambda _document: False,
    usage=lambda _sent: Usage(),
    begin=begin,
)
