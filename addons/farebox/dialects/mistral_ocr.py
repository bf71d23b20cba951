"""Mistral's document reader, billed by the page; Azure and LiteLLM serve it too.

https://docs.mistral.ai/api/endpoint/ocr
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens


def claims(request: Request) -> bool:
    return request.method == "POST" and request.path.rstrip("/").endswith(("/v1/ocr", "/azure/ocr"))


def asked(_request: Request, body: Mapping[str, Any]) -> Asked:
    """Return what the body asks for: annotated pages have a price of their own."""
    annotates = any(body.get(f"{what}_annotation_format") for what in ("bbox", "document"))
    return Asked(clean.name(body.get("model")), stream=False, context={"annotated": annotates})


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    return replace(
        reply,
        model=clean.name(body.get("model")) or reply.model,
        usage=mapping(body.get("usage_info")) or reply.usage,
        is_error=reply.is_error or body.get("object") == "error",
        error_type=clean.word(body.get("type")) or reply.error_type,
        error_code=clean.word(body.get("code")) or reply.error_code,
    )


def usage(sent: Mapping[str, Any]) -> Usage:
    pages = tokens(sent, "pages_processed")
    return Usage(units=None if pages is None else {"pages": pages})


def billed(asked: Asked, usage: Usage) -> Usage:
    pages = (usage.units or {}).get("pages")
    return Usage(units={"annotated_pages": pages}) if pages and asked.context.get("annotated") else usage


DIALECT = Dialect("mistral_ocr", "ocr", claims, asked, fold, lambda _document: False, usage, billed=billed)
