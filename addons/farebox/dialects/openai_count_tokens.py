"""OpenAI's count of a response's input: it counts without running a model, free of charge.

https://platform.openai.com/docs/api-reference/responses/input-tokens
"""

from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Dialect, Reply, mapping
from ._openai import asked, failed, is_post, without_content


def claims(request: Request) -> bool:
    return is_post(request, "/responses/input_tokens")


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    return failed(reply, body)


DIALECT = Dialect("openai_count_tokens", "count_tokens", claims, asked, fold, without_content, lambda _sent: Usage())
