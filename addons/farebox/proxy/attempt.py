"""What tells whether a request is an attempt at the same thing as another one."""

from collections.abc import Mapping
from typing import Any

from ..metering.stated_attempt import content_hash, request_hash, stated_attempt
from ..purpose.shape import Shape
from ..records.exchange import Request


def attempt_of(hmac_key: bytes, request: Request, caller: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
    """Return the fields of a Reading by which attempts at `request` of the same `caller` are recognized."""
    texts = (shape.system, shape.user, str(shape.messages)) if shape.user else ()
    is_of_a_turn = "message_id" in caller or "trace" in caller
    return {
        "attempt": stated_attempt(request),
        "request_hash": request_hash(hmac_key, caller, request),
        "content_hash": content_hash(hmac_key, caller, texts),
        "is_repeatable": is_of_a_turn or (shape.is_structured and not shape.stream),
    }
