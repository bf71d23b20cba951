"""Lists of models, which clients ask for before a chat: requests without tokens or cost, beside the calls.

https://platform.openai.com/docs/api-reference/models/list, https://docs.anthropic.com/en/api/models-list,
https://ai.google.dev/api/models#method:-models.list, https://docs.ollama.com/api/tags
"""

from collections.abc import Mapping
from typing import Any

from ..records.columns import LIST_MODELS
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping
from ._openai import failed, without_content

_PATHS = ("/v1/models", "/v1beta/models", "/v1/openai/models", "/openai/models", "/api/tags")


def claims(request: Request) -> bool:
    return request.method == "GET" and request.path.rstrip("/").endswith(_PATHS)


def asked(_request: Request, _body: Mapping[str, Any]) -> Asked:
    return Asked()


def fold(reply: Reply, document: Document) -> Reply:
    return failed(reply, mapping(document.data))


def usage(_sent: Mapping[str, Any]) -> Usage:
    return Usage()


DIALECT = Dialect("models_list", LIST_MODELS, claims, asked, fold, without_content, usage)
