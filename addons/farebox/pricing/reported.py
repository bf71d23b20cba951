"""Cost stated by the response itself: as the invoice, it takes precedence over any catalogue.

https://openrouter.ai/docs/use-cases/usage-accounting, https://docs.x.ai/docs/key-information/consumption-and-rate-limits,
https://docs.perplexity.ai/api-reference/chat-completions-post, https://docs.litellm.ai/docs/proxy/cost_tracking,
https://docs.llmgateway.io/features/cost-breakdown
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ..records.reading import StatedCost
from .cost import nanousd

_UNITS = {
    "usd": Decimal(1),
    "cent": Decimal("0.01"),
    "microusd": Decimal("1e-6"),
    "nanousd": Decimal("1e-9"),
    "nanocent": Decimal("1e-11"),
}
# The members of a usage object without which it states no cost.
_MEMBERS = frozenset({"cost_in_usd_ticks", "is_byok", "cost", "cost_usd_total"})
# 1e-10 USD.
_TICK = Decimal(1).scaleb(-10)
# Ten thousand USD, in nano-USD: no response costs more, but a number in a mistaken unit can seem to.
_LIMIT = 10**13
# A stated cost that is kept beside the price is far from it by more than a cent, if it is the multiple or the fraction.
_FAR = 2
_CENT = 10**7
STATED_COST_DIFFERS = "stated_cost_differs"


@dataclass(frozen=True, slots=True)
class Reported:
    """The cost that the response states, and the place where it states it."""

    nanousd: int
    place: str


def reported(
    usage: Mapping[str, Any] | None, header: str | None = None, stated: StatedCost | None = None
) -> Reported | None:
    """Return the cost at the place that the user names, else in the usage object, else in LiteLLM's header.

    With the user's own key (`is_byok`), OpenRouter's `cost` is only its fee; the amount billed to the key is a separate
    field, and both are spent. xAI's ticks are 0 if a reseller does not know them.
    """
    sent = usage or {}
    if stated is None and header is None and _MEMBERS.isdisjoint(sent):
        return None
    places = (_named(stated), _stated(sent), (_decimal(header), "x-litellm-response-cost"))
    amount, place = next((one for one in places if one is not None), (None, ""))
    if amount is None or not 0 <= (whole := nanousd(amount)) <= _LIMIT:
        return None
    return Reported(whole, place)


def differs(stated: int | None, price: int | None) -> bool:
    """Tell whether both costs, in nano-USD, are known and far from one another."""
    if stated is None or price is None:
        return False
    low, high = sorted((stated, price))
    return high - low > _CENT and high > _FAR * low


def _named(stated: StatedCost | None) -> tuple[Decimal, str] | None:
    amount = _decimal(stated.amount) if stated else None
    return None if stated is None or amount is None else (amount * _UNITS[stated.unit], stated.place)


def _stated(usage: Mapping[str, Any]) -> tuple[Decimal, str] | None:
    ticks = _decimal(usage.get("cost_in_usd_ticks"))
    if ticks:
        return ticks * _TICK, "usage.cost_in_usd_ticks"
    cost, details = usage.get("cost"), usage.get("cost_details")
    if usage.get("is_byok") is True:
        theirs = _decimal(details.get("upstream_inference_cost") if isinstance(details, Mapping) else None)
        fee = _decimal(cost) or Decimal(0)
        return None if theirs is None else (theirs + fee, "usage.cost + usage.cost_details.upstream_inference_cost")
    if isinstance(cost, Mapping):
        places = ((name, _decimal(cost.get(name))) for name in ("total_cost", "usd"))
        return next(((amount, f"usage.cost.{name}") for name, amount in places if amount is not None), None)
    amounts = ((name, _decimal(usage.get(name))) for name in ("cost", "cost_usd_total"))
    return next(((amount, f"usage.{name}") for name, amount in amounts if amount is not None), None)


def _decimal(value: object) -> Decimal | None:
    """Return a JSON number, or a number in a string, with its exact digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 30 else None
