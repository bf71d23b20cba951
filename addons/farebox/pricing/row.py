"""Price a row of the ledger: the only path from usage to cost."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import msgspec

from ..records.host_port import name_and_port
from ..records.machine_time import machine_ms
from ..records.price_context import BESIDE_PRICES, is_cache_hit
from ..records.record import Record
from ..records.usage import Part, Usage
from .consumption import Consumption
from .cost import ESTIMATED, PARTIAL, PRICED, REPORTED, UNPRICED, Cost, free
from .paid import LIST_PRICE, detected, is_included, kept_detection, paid, ruled
from .pricer import Pricer
from .reported import STATED_COST_DIFFERS, differs

# Reasons why a cost is a lower bound at any prices: they stay when a row is repriced.
RESERVATIONS = frozenset(
    {
        *("meter_failure", "unreadable_answer", "incomplete_answer", "incomplete_usage", "no_usage"),
        *("total_not_explained", "breakdown_repeats", "service_tier_not_told"),
        *("unknown_usage_field", "parts_not_explained", "input_told_twice"),
        *("output_unlike_text", "input_unlike_text"),
    }
)
GATEWAY_CACHE = "gateway_cache_hit"
NO_USAGE = "none"
# The work continues after its response; the usage is known when it ends.
PENDING = "pending"
_LOW, _HIGH = 0, 1
_COSTS = frozenset({"cost_nanousd", LIST_PRICE})
_usage_of = attrgetter(*Usage.__struct_fields__)
# Vertex AI's names of tiers with the same prices as Gemini's; a batch is a way of processing, not a tier.
_ON_DEMAND = {"on_demand_priority": "priority", "on_demand_flex": "flex", "on_demand": None, "batch": None}
# The list price of what reserved capacity pays for is the standard one.
_TIERS = {**_ON_DEMAND, "provisioned_throughput": None, "scale": None}
_BATCH = {"processing": "batch"}


def priced(row: Record, pricer: Pricer) -> Record:
    """Return `row` at the prices of `pricer`; it is unpriced if its usage is unknown and the price depends on it.

    A cost stated by the response is kept, with the catalogue's cost beside it; what a plan has paid for has only the
    catalogue's. The range of an estimated cost goes from
    the price of the low ends to that of the high ends.
    """
    row = with_payer(row, pricer)
    cost = free(GATEWAY_CACHE) if is_cache_hit(row.price_context) else pricer.price(*consumptions(row))
    if row.usage_source == NO_USAGE and not cost.is_flat:
        cost = Cost(None, UNPRICED)
    status, estimate = cost.status, _without_cost(row.estimate)
    kept = [reason for reason in row.cost_reasons or () if reason in RESERVATIONS]
    depends_on_usage = not cost.is_flat and status in {PRICED, PARTIAL}
    if depends_on_usage and estimate:
        # Without the input, even the high end of the range is a lower bound.
        status = PARTIAL if "incomplete_usage" in kept else ESTIMATED
        estimate["cost_nanousd"] = [_cost_at(row, end, pricer) for end in (_LOW, _HIGH)]
    elif depends_on_usage and kept:
        status = PARTIAL
    card = {**cost.rate_card, **kept_detection(row)}
    values: dict[str, Any] = {"price_version": cost.version, "rate_card": card or None}
    values["catalogue_cost_nanousd"] = cost.nanousd
    if row.cost_status == REPORTED and not is_included(row):
        estimate.pop("cost_nanousd", None)
    else:
        values |= {"cost_nanousd": cost.nanousd, "cost_status": status, "price_source": cost.source}
        flags = [STATED_COST_DIFFERS] if differs(row.stated_cost_nanousd, cost.nanousd) else []
        values |= {"cost_reasons": [*cost.reasons, *kept, *flags] or None}
    return paid(msgspec.structs.replace(row, **values, estimate=estimate or None))


def with_payer(row: Record, pricer: Pricer) -> Record:
    """Return `row` with who pays by the user's rules, where the exchange leaves it to them."""
    return ruled(row, pricer.billing_rule(consumptions(row)[0]) if pricer.has_rules else None)


def is_final(row: Record) -> bool:
    """Tell whether no price can change the row's cost: nothing was consumed, or the usage is not known yet."""
    is_open = row.cost_status == REPORTED or not RESERVATIONS.isdisjoint(row.cost_reasons or ())
    return row.usage_source == NO_USAGE and not is_open


def consumptions(row: Record) -> list[Consumption]:
    """Return what `row` consumed: one Consumption, or one for each part with its own model or tier."""
    host, port = name_and_port(row.host)
    whole = Consumption(
        provider=row.provider,
        models=_known(row.model_returned, row.model_requested),
        usage=Usage(*_usage_of(row)),
        at=row.started_at,
        host=host,
        operation=row.operation,
        tier=_tier(row.service_tier),
        context=_context(row.service_tier, row.price_context),
        duration_ms=row.duration_ms,
        machine_ms=machine_ms(row.raw_usage, row.price_context),
        paths=tuple((row.price_context or {}).get("path", "").split()),
        port=_port(row.price_context) or port,
        key_kind=row.key_kind,
        billing=detected(row).billing if row.billing else None,
    )
    if not row.parts:
        return [whole]
    return [_part_of(whole, part) for part in parts_of(row)]


def parts_of(row: Record) -> list[Part]:
    """Return the parts of `row`."""
    return msgspec.convert(row.parts or [], list[Part])


def _part_of(whole: Consumption, part: Part) -> Consumption:
    return msgspec.structs.replace(
        whole,
        models=_known(part.model) or whole.models,
        usage=part.usage,
        tier=_tier(part.service_tier) if part.service_tier else whole.tier,
        context={**whole.context, **_context(part.service_tier, part.price_context)},
        calls=part.calls,
        longest_input=part.longest_input,
        shortest_input=part.shortest_input,
    )


def _tier(served: str | None) -> str | None:
    return _TIERS.get(served.lower(), served) if served else None


def _context(tier: str | None, words: Mapping[str, str] | None) -> dict[str, str]:
    known = {name: word for name, word in (words or {}).items() if name not in BESIDE_PRICES}
    return {**(_BATCH if (tier or "").lower() == "batch" else {}), **known}


def _port(words: Mapping[str, str] | None) -> int | None:
    stated = (words or {}).get("port", "")
    return int(stated) if stated.isdecimal() else None


def _known(*models: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(model for model in models if model))


def _without_cost(estimate: dict[str, Any] | None) -> dict[str, Any]:
    return {column: limits for column, limits in (estimate or {}).items() if column not in _COSTS}


def _cost_at(row: Record, end: int, pricer: Pricer) -> int | None:
    ranges = _without_cost(row.estimate)
    return pricer.price(
        *consumptions(msgspec.structs.replace(row, **{name: limits[end] for name, limits in ranges.items()}))
    ).nanousd
