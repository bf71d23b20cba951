"""mitmproxy add-on: adds a dialect to farebox that raises errors which quote its input.

It raises on every document, and for one path already when asked whether the request is its own.
"""

from dataclasses import replace
from typing import Never

from farebox import dialects
from farebox.dialects import openai_chat
from farebox.dialects._base import Reply
from farebox.records.exchange import Request
from farebox.wire.documents import Document


def claims(request: Request) -> bool:
    if request.path == "/v1/raising-at-once/chat/completions":
        raise RuntimeError(f"cannot tell {request}")
    return request.path == "/v1/raising/chat/completions"


def fold(_reply: Reply, document: Document) -> Never:
    raise RuntimeError(f"cannot read {document.data}")


dialects.DIALECTS = (
    replace(
        openai_chat.DIALECT,
        name="raising",
        claims=claims,
        fold=fold,
    ),
    *dialects.DIALECTS,
)
