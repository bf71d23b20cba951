"""Which dialect an answer is in, by the marks of its first document, where its path is used by several APIs."""

from collections.abc import Mapping
from typing import Any

from ..wire.documents import Document
from ._base import mapping

# Dialects with one another's paths at hosts of other makers. The others are told apart by their path alone.
SHARED = frozenset(
    {
        *("openai_chat", "openai_responses", "anthropic_messages", "cohere_chat"),
        *("cohere_generate", "gemini_generate", "ollama_chat", "ollama_generate"),
    }
)
# llama.cpp answers in its own form at this path; Mistral's answers there have the mark of chat.
_ONLY = {"openai_completions": frozenset({"llamacpp_completion"})}
_OBJECTS = {
    "chat.completion": "openai_chat",
    "chat.completion.chunk": "openai_chat",
    "response": "openai_responses",
}
_TYPES = {
    "message_start": "anthropic_messages",
    "message": "anthropic_messages",
    "response.created": "openai_responses",
    "message-start": "cohere_chat",
}


def other_shape(claimed: str, document: Document) -> str | None:
    """Return the name of the dialect that an answer to a request of the dialect `claimed` is in; None if it is that."""
    allowed = _ONLY.get(claimed)
    shape = shape_of(document) if claimed in SHARED or allowed else None
    return shape if allowed is None or shape in allowed else None


def shape_of(document: Document) -> str | None:
    """Return the name of the dialect whose mark the document has; None if it has none."""
    body = mapping(document.data)
    for field, names in (("object", _OBJECTS), ("type", _TYPES)):
        word = body.get(field)
        if isinstance(word, str) and word in names:
            return names[word]
    return _by_members(body)


def _by_members(body: Mapping[str, Any]) -> str | None:
    if "usageMetadata" in body and "candidates" in body:
        return "gemini_generate"
    if "tokens_predicted" in body and "tokens_evaluated" in body:
        return "llamacpp_completion"
    if "done" in body and "created_at" in body:
        return "ollama_chat" if "message" in body else "ollama_generate"
    return None
