"""mitmproxy add-on: adds a dialect to farebox that raises on every document, with the document in the error's text."""

from dataclasses import replace
from typing import Never

from farebox import dialects
from farebox.dialects import openai_chat
from farebox.dialects._base import Reply
from farebox.wire.documents import Document


def fold(_reply: Reply, document: Document) -> Never:
    raise RuntimeError(f"cannot read {document.data}")


dialects.DIALECTS = (
    replace(
        openai_chat.DIALECT,
        name="raising",
        claims=lambda request: request.path == "/v1/raising/chat/completions",
        fold=fold,
    ),
    *dialects.DIALECTS,
)
