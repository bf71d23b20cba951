"""Ollama's own chat.

https://docs.ollama.com/api/chat
"""

from ..records.exchange import Request
from ..wire.documents import Document
from ._base import Dialect, mapping
from ._ollama import asked, fold, is_at, usage

_CONTENT = ("content", "thinking", "tool_calls")


def claims(request: Request) -> bool:
    return is_at(request, "chat")


def has_content(document: Document) -> bool:
    message = mapping(mapping(document.data).get("message"))
    return any(message.get(name) for name in _CONTENT)


DIALECT = Dialect("ollama_chat", "chat", claims, asked, fold, has_content, usage)
