"""A row of the ledger and its price: the one way from what a call consumed to what it cost."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import msgspec

from ..records.record import Record
from ..records.usage import Part, Usage
from .consumption import Consumption
from .cost import ESTIMATED, PARTIAL, PRICED, REPORTED, UNPRICED, Cost
from .pricer import Pricer

# Why a price is a lower bound, whatever the prices are: these reasons stay when a row is priced anew.
RESERVATIONS = frozenset({"meter_failure", "unreadable_answer", "incomplete_answer", "incomplete_usage", "no_usage"})
NO_USAGE = "none"
# The work goes on after its answer; what it consumes comes with the end of it.
PENDING = "pending"
_LOW, _HIGH = 0, 1
_usage_of = attrgetter(*Usage.__struct_fields__)
# Vertex AI's words for tiers of the same prices as Gemini's; a batch is a way of processing, not a tier.
_TIERS = {"on_demand_priority": "priority", "on_demand_flex": "flex", "on_demand": None, "batch": None}
_BATCH = {"processing": "batch"}


def priced(row: Record, pricer: Pricer) -> Record:
    """Return `row` at the prices of `pricer`: unpriced where what it consumed is not known, and the price hangs on it.

    A cost that the answer itself states stays; the catalogue's stands beside it. The band of an estimated cost goes
    from the price of the low ends to that of the high ones.
    """
    cost = pricer.price(*consumptions(row))
    if row.usage_source == NO_USAGE and not cost.is_flat:
        cost = Cost(None, UNPRICED)
    status, estimate = cost.status, _without_cost(row.estimate)
    kept = [reason for reason in row.cost_reasons or () if reason in RESERVATIONS]
    hangs_on_usage = not cost.is_flat and status in {PRICED, PARTIAL}
    if hangs_on_usage and estimate:
        status = ESTIMATED
        estimate["cost_nanousd"] = [_cost_at(row, end, pricer) for end in (_LOW, _HIGH)]
    elif hangs_on_usage and kept:
        status = PARTIAL
    told: dict[str, Any] = {"price_version": cost.version, "rate_card": cost.rate_card or None}
    told["catalogue_cost_nanousd"] = cost.nanousd
    if row.cost_status == REPORTED:
        estimate.pop("cost_nanousd", None)
    else:
        told |= {"cost_nanousd": cost.nanousd, "cost_status": status, "price_source": cost.source}
        told |= {"cost_reasons": [*cost.reasons, *kept] or None}
    return msgspec.structs.replace(row, **told, estimate=estimate or None)


def is_settled(row: Record) -> bool:
    """Tell whether no price can change what the row's cost is: nothing was consumed, or nobody knows yet."""
    is_open = row.cost_status == REPORTED or not RESERVATIONS.isdisjoint(row.cost_reasons or ())
    return row.usage_source == NO_USAGE and not is_open


def consumptions(row: Record) -> list[Consumption]:
    """Return what `row` consumed: in one, or in the parts that have models or tiers of their own."""
    whole = Consumption(
        provider=row.provider,
        models=_known(row.model_returned, row.model_requested),
        usage=Usage(*_usage_of(row)),
        at=row.started_at,
        host=row.host,
        operation=row.operation,
        tier=_tier(row.service_tier),
        context=_context(row.service_tier, row.price_context),
        duration_ms=row.duration_ms,
    )
    if not row.parts:
        return [whole]
    return [_part_of(whole, msgspec.convert(part, Part)) for part in row.parts]


def _part_of(whole: Consumption, part: Part) -> Consumption:
    return msgspec.structs.replace(
        whole,
        models=_known(part.model) or whole.models,
        usage=part.usage,
        tier=_tier(part.service_tier) if part.service_tier else whole.tier,
        context={**whole.context, **_context(part.service_tier, part.price_context)},
        calls=part.calls,
        longest_input=part.longest_input,
    )


def _tier(told: str | None) -> str | None:
    return _TIERS.get(told.lower(), told) if told else None


def _context(tier: str | None, told: Mapping[str, str] | None) -> dict[str, str]:
    return {**(_BATCH if (tier or "").lower() == "batch" else {}), **(told or {})}


def _known(*models: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(model for model in models if model))


def _without_cost(estimate: dict[str, Any] | None) -> dict[str, Any]:
    return {column: band for column, band in (estimate or {}).items() if column != "cost_nanousd"}


def _cost_at(row: Record, end: int, pricer: Pricer) -> int | None:
    bands = _without_cost(row.estimate)
    return pricer.price(
        *consumptions(msgspec.structs.replace(row, **{name: band[end] for name, band in bands.items()}))
    ).nanousd
