"""watsonx's embeddings.

https://cloud.ibm.com/apidocs/watsonx-ai#text-embeddings
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Dialect, Reply, first_mapping, mapping, tokens
from ._openai import without_content
from ._watsonx import asked, verb

_COUNT = "input_token_count"


def claims(request: Request) -> bool:
    return verb(request) == "embeddings"


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    fault = first_mapping(body.get("errors"))
    number = tokens(body, _COUNT)
    return replace(
        reply,
        model=clean.name(body.get("model_id")) or reply.model,
        usage={_COUNT: number} if number is not None else reply.usage,
        is_error=reply.is_error or bool(fault),
        error_code=clean.word(fault.get("code")) or reply.error_code,
    )


def usage(sent: Mapping[str, Any]) -> Usage:
    return Usage(input_tokens=tokens(sent, _COUNT))


DIALECT = Dialect("watsonx_embed", "embeddings", claims, asked, fold, without_content, usage)
