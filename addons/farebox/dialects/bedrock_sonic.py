"""Bedrock's bidirectional stream, with which Nova Sonic listens and speaks: events go both ways over HTTP/2.

https://docs.aws.amazon.com/nova/latest/userguide/output-events.html
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._bedrock import begin, failed, target

_CONTENT = ("audioOutput", "textOutput")


def claims(request: Request) -> bool:
    return target(request).verb == "invoke-with-bidirectional-stream"


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    return Asked(target(request).model, stream=True)


def fold(reply: Reply, document: Document) -> Reply:
    """Read the usage of the session so far, which each usage event states whole, and the end of each answer."""
    if document.is_error:
        return failed(reply, document)
    event = mapping(mapping(document.data).get("event"))
    ended = mapping(event.get("completionEnd"))
    return replace(
        reply,
        usage=mapping(event.get("usageEvent")) or reply.usage,
        finish_reason=clean.word(ended.get("stopReason")) or reply.finish_reason,
        is_answered=reply.is_answered or bool(ended),
    )


def has_content(document: Document) -> bool:
    event = mapping(mapping(document.data).get("event"))
    return any(event.get(name) for name in _CONTENT)


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the session's tokens; those of speech have a price of their own."""
    whole = mapping(mapping(sent.get("details")).get("total"))
    return Usage(
        input_tokens=tokens(sent, "totalInputTokens"),
        input_audio_tokens=tokens(whole, "input.speechTokens"),
        output_tokens=tokens(sent, "totalOutputTokens"),
        output_audio_tokens=tokens(whole, "output.speechTokens"),
    )


DIALECT = Dialect("bedrock_sonic", "chat", claims, asked, fold, has_content, usage, begin)
