"""Who pays by the body of a response. Pure.

https://openrouter.ai/docs/use-cases/byok,
https://cloud.google.com/vertex-ai/generative-ai/docs/provisioned-throughput/use-provisioned-throughput,
https://openai.com/api-scale-tier/, https://docs.github.com/en/copilot/concepts/billing
"""

from collections.abc import Mapping
from typing import Any

from ..records.reading import StatedCost
from .payer import ANSWER, BYOK, METERED, PLAN, PROVISIONED, Payer
from .plans import BALANCES, CODE_ASSIST

# Words of `trafficType`, or their numbers where a client asks for these.
_RESERVED = frozenset({"PROVISIONED_THROUGHPUT", 2})
_ON_DEMAND = frozenset({"ON_DEMAND", "ON_DEMAND_PRIORITY", "ON_DEMAND_FLEX", 1})
# OpenAI's tier of reserved capacity.
_SCALE = "scale"


def named_by_answer(
    provider: str, usage: Mapping[str, Any], tier: str | None, stated: StatedCost | None, place: Payer | None
) -> Payer | None:
    """Return who pays by the usage object, the tier and the cost of a response; None if they say nothing.

    `place` is who pays by the request's path and host. Code Assist states how Google itself provides the capacity.
    """
    if isinstance(usage.get("is_byok"), bool):
        return Payer(BYOK if usage["is_byok"] else METERED, ANSWER)
    traffic = usage.get("trafficType")
    if isinstance(traffic, str | int) and (place is None or place.plan != CODE_ASSIST):
        if traffic in _RESERVED:
            return Payer(PROVISIONED, ANSWER)
        if traffic in _ON_DEMAND:
            return Payer(METERED, ANSWER)
    if (tier or "").lower() == _SCALE:
        return Payer(PROVISIONED, ANSWER)
    return _by_balance(provider, stated, place)


def _by_balance(provider: str, stated: StatedCost | None, place: Payer | None) -> Payer | None:
    plan = BALANCES.get((provider, stated.place)) if stated else None
    if stated is None or plan is None:
        return None
    if float(stated.amount) > 0:
        return Payer(METERED, ANSWER)
    return Payer(PLAN, ANSWER, place.plan if place is not None and place.plan else plan)
