"""Shared by Cohere's APIs: the billed units, under `usage` (v2) or `meta` (v1).

https://docs.cohere.com/docs/how-does-cohere-pricing-work
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage, total
from ._base import Asked, Reply, mapping, tokens

_UNITS = ("search_units", "images", "classifications")


def is_at(request: Request, *endpoints: str) -> bool:
    """Return whether the request is a POST to `/v1/` or `/v2/` and one of `endpoints`, below any prefix of a gateway.

    Paths that begin with `/api/v1/` belong to other APIs, such as that of LM Studio.
    """
    *prefix, version, endpoint = ["", *request.path.strip("/").split("/")][-3:]
    return request.method == "POST" and version in {"v1", "v2"} and endpoint in endpoints and prefix != ["api"]


def asked(_request: Request, body: Mapping[str, Any]) -> Asked:
    return Asked(clean.name(body.get("model")), body.get("stream") is True)


def updated(reply: Reply, body: Mapping[str, Any]) -> Reply:
    """Return `reply` with the id, usage, finish reason and error in `body`.

    An error has a sentence under `message`; the `message` of a response is an object.
    """
    is_failed = isinstance(body.get("message"), str) or body.get("error_type") is not None
    return replace(
        reply,
        response_id=clean.word(body.get("response_id") or body.get("id")) or reply.response_id,
        finish_reason=clean.word(body.get("finish_reason")) or reply.finish_reason,
        usage=mapping(body.get("usage")) or mapping(body.get("meta")) or reply.usage,
        is_error=reply.is_error or is_failed,
        error_type=clean.word(body.get("error_type")) or reply.error_type,
    )


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the billed units. `tokens` also counts the template around the prompt, and includes `cached_tokens`."""
    images = tokens(sent, "billed_units.image_tokens")
    units = {name: tokens(sent, f"billed_units.{name}") for name in _UNITS}
    return Usage(
        input_tokens=total(tokens(sent, "billed_units.input_tokens"), images),
        input_image_tokens=tokens(sent, "tokens.image_tokens") if images is None else images,
        output_tokens=tokens(sent, "billed_units.output_tokens"),
        reasoning_tokens=tokens(sent, "tokens.reasoning_tokens"),
        units={name: number for name, number in units.items() if number} or None,
    )
