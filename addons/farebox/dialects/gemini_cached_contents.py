"""Contents that Gemini caches for later calls: writing them costs as much as input, and storing them by the hour.

https://ai.google.dev/api/caching, https://ai.google.dev/gemini-api/docs/pricing
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage, with_units
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._google import error_of, failed
from ._lengths import milliseconds
from ._openai import is_post, without_content

_STORED = "cached_token_hours"
_HOUR_MS = 3_600_000


def claims(request: Request) -> bool:
    return is_post(request, "/cachedContents")


def asked(_request: Request, body: Mapping[str, Any]) -> Asked:
    """Return the model, a resource, and how long the contents are kept: an hour unless the request says otherwise."""
    model = clean.name(body.get("model"))
    kept = milliseconds(body.get("ttl"))
    return Asked(model and model.rpartition("models/")[2], stream=False, units={_STORED: kept or _HOUR_MS})


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    if error := error_of(document.data):
        return failed(reply, error)
    size = tokens(mapping(body.get("usageMetadata")), "totalTokenCount")
    kept = _between(body.get("createTime"), body.get("expireTime"))
    sent = {"totalTokenCount": size, **({"keptMilliseconds": kept} if kept else {})} if size else None
    return replace(reply, response_id=clean.word(body.get("name")), usage=sent)


def usage(sent: Mapping[str, Any]) -> Usage:
    kept = tokens(sent, "keptMilliseconds")
    return Usage(input_tokens=tokens(sent, "totalTokenCount"), units={_STORED: kept} if kept else None)


def billed(asked: Asked, usage: Usage) -> Usage:
    """Return the hours of storage for all tokens, by the time that the response states, or else the request."""
    if usage.input_tokens is None:
        return Usage()
    kept = (usage.units or asked.units or {}).get(_STORED, 0)
    return with_units(Usage(input_tokens=usage.input_tokens), {_STORED: round(usage.input_tokens * kept / _HOUR_MS)})


def _between(start: object, end: object) -> int | None:
    """Return the milliseconds from `start` to `end`, times as RFC 3339 writes them."""
    try:
        begun, over = (datetime.fromisoformat(time) for time in (start, end) if isinstance(time, str))
        return round((over - begun).total_seconds() * 1000) if over > begun else None
    except (ValueError, TypeError):
        return None


DIALECT = Dialect("gemini_cached_contents", "create_cache", claims, asked, fold, without_content, usage, billed=billed)
