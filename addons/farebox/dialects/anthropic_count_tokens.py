"""Anthropic's count_tokens, also on Vertex AI: it counts without running a model, free of charge.

https://docs.anthropic.com/en/api/messages-count-tokens
"""

from msgspec.structs import replace

from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Dialect, Reply
from ._google import raw_publisher, target
from .anthropic_messages import COUNTING, MAKER, asked
from .anthropic_messages import fold as fold_message


def claims(request: Request) -> bool:
    is_ours = request.path.rstrip("/").endswith("/v1/messages/count_tokens") and request.method == "POST"
    return is_ours or (raw_publisher(request) == MAKER and target(request).model == COUNTING)


def fold(reply: Reply, document: Document) -> Reply:
    return replace(fold_message(reply, document), usage=None)


DIALECT = Dialect(
    "anthropic_count_tokens", "count_tokens", claims, asked, fold, lambda _document: False, lambda _sent: Usage()
)
