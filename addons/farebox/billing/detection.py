"""Who pays for a call: the strongest evidence that its exchange has. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ..records.exchange import Request, Response
from ..records.reading import StatedCost
from .answer import named_by_answer
from .head import named_by_head
from .key_kind import API, key_kind
from .payer import HOST, KEY_KIND, METERED, PLAN, UNKNOWN, Payer
from .places import is_sold_by_the_call, named_by_place


class Evidence(msgspec.Struct, frozen=True):
    """What tells who pays for a call to `provider`.

    `model` is the one that the request names; `usage`, `tier` and the `stated` cost are those of the response;
    `by_event` is who pays by an event in it that repeats its head.
    """

    request: Request
    response: Response
    provider: str
    model: str | None = None
    usage: Mapping[str, Any] = msgspec.field(default_factory=dict)
    tier: str | None = None
    stated: StatedCost | None = None
    by_event: Payer | None = None


def payer_of(seen: Evidence) -> Payer:
    """Return who pays by the response's head and body, else by the key, else by the path and host."""
    key, place = key_kind(seen.request), named_by_place(seen.request, seen.provider, seen.model)
    return (
        seen.by_event
        or named_by_head(seen.request, seen.response)
        or named_by_answer(seen.provider, seen.usage, seen.tier, seen.stated, place)
        or (Payer(PLAN, KEY_KIND, key.plan) if key is not None and key.plan else None)
        or place
        or assumed(seen.provider, key.kind if key is not None else None)
    )


def assumed(provider: str, kind: str | None) -> Payer:
    """Return who usually pays for calls to `provider` with a key of this `kind`."""
    if not is_sold_by_the_call(provider):
        return Payer(UNKNOWN)
    return Payer(METERED, KEY_KIND if kind == API else HOST)
