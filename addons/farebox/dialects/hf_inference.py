"""Hugging Face's own inference API: one path for every task. Only text generation reports usage, if `details` is set.

https://huggingface.co/docs/inference-providers/tasks/text-generation
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, first_mapping, mapping, tokens

_NAME = r"[^/:]+(?:/[^/:]+)?"
# Other servers have endpoints below /models as well: Azure's gateway, llama.cpp's router.
_OTHERS = r"(?!(?:chat/completions|(?:images/)?embeddings|load|unload)$)"
_PATH = re.compile(
    rf"(?:/hf-inference)?(?:/pipeline/[a-z-]+/(?P<task>{_NAME})"
    rf"|/models/{_OTHERS}(?P<model>{_NAME})(?:/pipeline/[a-z-]+)?)"
)
# `details` lists the tokens of prompt and answer too, text and all.
_COUNTS = ("generated_tokens", "input_length")


def claims(request: Request) -> bool:
    return request.method == "POST" and _PATH.fullmatch(request.path.rstrip("/")) is not None


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    named = _PATH.fullmatch(request.path.rstrip("/"))
    return Asked(clean.name(named and unquote(named["task"] or named["model"])), body.get("stream") is True)


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data) or first_mapping(document.data)
    details = mapping(body.get("details"))
    counts = {name: details[name] for name in _COUNTS if name in details}
    return replace(
        reply,
        finish_reason=clean.word(details.get("finish_reason")) or reply.finish_reason,
        usage=counts or reply.usage,
        is_error=reply.is_error or bool(body.get("error")),
        error_type=clean.word(body.get("error_type")) or reply.error_type,
    )


def has_content(document: Document) -> bool:
    return bool(mapping(mapping(document.data).get("token")).get("text"))


def usage(sent: Mapping[str, Any]) -> Usage:
    return Usage(input_tokens=tokens(sent, "input_length"), output_tokens=tokens(sent, "generated_tokens"))


DIALECT = Dialect("hf_inference", "inference", claims, asked, fold, has_content, usage)
