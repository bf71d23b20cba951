"""The usage of a call in billed units, and what sets its price, from its complete response. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from ..dialects._base import Reply
from ..dialects._contradictions import PARTS
from ..providers.quirks import Quirk, of_maker
from ..records.exchange import Response
from ..records.price_context import price_context, region
from ..records.usage import Part, Usage, summed, with_units
from . import gateway
from .call import Call

_TIERS = ("service_tier", "serviceTier")
_TIER_HEADER = "x-amzn-bedrock-service-tier"
_PRICED_TIERS = frozenset({"priority", "flex"})


class BilledUsage(NamedTuple):
    """The fields of a Reading that determine the price."""

    usage: Usage = Usage()
    parts: list[Part] | None = None
    price_context: dict[str, str] | None = None
    doubts: list[str] | None = None


def bill(call: Call, response: Response, reply: Reply) -> BilledUsage:
    """Return the usage of `reply` in the units that its provider bills."""
    asked = call.asked
    context = {"region": region(call.request, response), **asked.context, **reply.context}
    context |= gateway.fallbacks(response)
    if gateway.is_cache_hit(response):
        context["gateway_cache"] = "hit"
    parts = _with_rest(list(reply.parts.values()), _counted(reply))
    usage = summed(part.usage for part in parts) if parts else _usage(call, response, reply)
    doubts = sorted({*reply.doubts, *_doubts(call, response, reply)})
    words = {**(price_context(context) or {}), **call.address.words(call.request)}
    return BilledUsage(call.dialect.billed(asked, usage), parts or None, words or None, doubts or None)


def _usage(call: Call, response: Response, reply: Reply) -> Usage:
    sent: Mapping[str, Any] = reply.usage or {}
    usage = with_units(call.dialect.usage(sent) if sent else Usage(), _counted(reply))
    if not usage.is_reported and response.status == 200 and not reply.is_error:
        usage = with_units(usage, call.asked.units)
    for quirk in _quirks(call, reply) if sent else ():
        usage = quirk(usage, sent)
    return usage


def _doubts(call: Call, response: Response, reply: Reply) -> Iterator[str]:
    """Yield what the request asks for, sets the price, and is not confirmed by the response."""
    params = call.asked.params or {}
    in_head = call.request.header(_TIER_HEADER) or ""
    wanted = next((params[name] for name in _TIERS if isinstance(params.get(name), str)), in_head)
    if wanted.lower() in _PRICED_TIERS and reply.service_tier is None and response.status == 200:
        yield "service_tier_not_told"
    if call.dialect.shows_tools and reply.usage and reply.seen:
        stated = call.dialect.usage(reply.usage).units or {}
        if any(stated.get(unit, 0) != number for unit, number in Counter(unit for unit, _ in reply.seen).items()):
            yield PARTS


def _quirks(call: Call, reply: Reply) -> Iterator[Quirk]:
    """Yield the rules of the host, then those of the model's maker."""
    yield from call.provider.quirks.get(call.dialect.name, ())
    yield from of_maker(call.dialect.name, reply.model or call.asked.model)


def _counted(reply: Reply) -> Mapping[str, int]:
    if not reply.seen:
        return reply.units or {}
    return {**Counter(sorted(unit for unit, _ in reply.seen)), **(reply.units or {})}


def _with_rest(parts: list[Part], units: Mapping[str, int]) -> list[Part]:
    """Return `parts` with `units`, which were counted separately, in the first one."""
    if not parts:
        return []
    return [msgspec.structs.replace(parts[0], usage=with_units(parts[0].usage, units)), *parts[1:]]
