"""The usage of a call in billed units, and what sets its price, from its complete response. Pure."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from ..dialects._base import Reply
from ..records.exchange import Response
from ..records.price_context import price_context, region
from ..records.usage import Part, Usage, summed, with_units
from .call import Call


class BilledUsage(NamedTuple):
    """The fields of a Reading that determine the price."""

    usage: Usage = Usage()
    parts: list[Part] | None = None
    price_context: dict[str, str] | None = None


def bill(call: Call, response: Response, reply: Reply) -> BilledUsage:
    """Return the usage of `reply` in the units that its provider bills."""
    asked = call.asked
    context = {"region": region(call.request, response), **asked.context, **reply.context}
    parts = _with_rest(list(reply.parts.values()), _counted(reply))
    usage = summed(part.usage for part in parts) if parts else _usage(call, response, reply)
    return BilledUsage(call.dialect.billed(asked, usage), parts or None, price_context(context))


def _usage(call: Call, response: Response, reply: Reply) -> Usage:
    sent: Mapping[str, Any] = reply.usage or {}
    usage = with_units(call.dialect.usage(sent) if sent else Usage(), _counted(reply))
    if not usage.is_reported and response.status == 200 and not reply.is_error:
        usage = with_units(usage, call.asked.units)
    for quirk in call.provider.quirks.get(call.dialect.name, ()) if sent else ():
        usage = quirk(usage, sent)
    return usage


def _counted(reply: Reply) -> Mapping[str, int]:
    return {**Counter(sorted(unit for unit, _ in reply.seen)), **(reply.units or {})}


def _with_rest(parts: list[Part], units: Mapping[str, int]) -> list[Part]:
    """Return `parts` with `units`, which were counted separately, in the first one."""
    if not parts:
        return []
    return [msgspec.structs.replace(parts[0], usage=with_units(parts[0].usage, units)), *parts[1:]]
