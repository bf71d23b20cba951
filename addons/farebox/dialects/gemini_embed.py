"""Gemini's embedContent and batchEmbedContents: older models report no usage.

https://ai.google.dev/api/embeddings
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._google import begin, error_of, failed, media, modality, target


def claims(request: Request) -> bool:
    return target(request).verb in {"embedContent", "batchEmbedContents"}


def asked(request: Request, _body: Mapping[str, Any]) -> Asked:
    return Asked(target(request).model, stream=False)


def fold(reply: Reply, document: Document) -> Reply:
    error = error_of(document.data)
    sent = mapping(mapping(document.data).get("usageMetadata"))
    return failed(reply, error) if error else replace(reply, usage=sent or None)


def usage(sent: Mapping[str, Any]) -> Usage:
    details = sent.get("promptTokensDetails") or sent.get("promptTokenDetails")
    return Usage(
        input_tokens=tokens(sent, "promptTokenCount"),
        input_audio_tokens=modality(details, "AUDIO"),
        input_image_tokens=modality(details, "IMAGE"),
        units=media(read=details, cached=None, made=None),
    )


DIALECT = Dialect("gemini_embed", "embeddings", claims, asked, fold, lambda _document: False, usage, begin)
