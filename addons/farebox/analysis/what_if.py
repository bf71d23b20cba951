"""What the recorded calls would cost on another model, call by call."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from ..pricing.consumption import Consumption
from ..pricing.cost import FREE, NONE, PARTIAL
from ..pricing.pricer import Pricer
from ..pricing.row import NO_USAGE, consumptions
from ..records.record import Record
from ..store.engine import Engine
from ..store.reprices import PAGE, CaptureOptions, page
from ..store.snapshot import snapshot
from ..store.summary import DIMENSIONS
from .tokenizers import Factor, factor

_MODEL = "model"
# What calls are compared by unless otherwise asked for: the model replaced.
REPLACED = ("provider", _MODEL)
# A way of processing, which people ask for as a tier.
_BATCH = "batch"
_NOT_SOLD = ("no_price:service_tier=", "no_price:processing=")


@dataclass(frozen=True, slots=True)
class Other:
    """The model that would have answered instead, and the service tier it would have served in; `batch` is one here."""

    provider: str
    model: str
    tier: str | None = None


@dataclass(slots=True)
class Verdict:
    """The calls to one model: what those that can be priced both ways cost, and would cost at the same token counts.

    `left_out` are the others. `partial` of the priced have something that the other model has no price for; the actual
    cost of `uncertain` ones is a lower bound or an estimate.
    """

    calls: int = 0
    actual: int = 0
    there: int = 0
    left_out: int = 0
    partial: int = 0
    uncertain: int = 0
    factor: Factor | None = None

    @property
    def difference(self) -> int:
        return self.there - self.actual

    def add(self, row: Record, there: int | None, *, is_partial: bool) -> None:
        if row.cost_nanousd is None or there is None:
            self.left_out += 1
            return
        self.calls += 1
        self.actual += row.cost_nanousd
        self.there += there
        self.partial += is_partial
        self.uncertain += row.cost_status in {"partial", "estimated"}


@dataclass(slots=True)
class Comparison:
    """What `other` would have made of the calls, by the values of `names`, dimensions of a report; None: not known."""

    other: Other
    names: tuple[str, ...] = REPLACED
    by_key: dict[tuple[str | None, ...], Verdict] = field(default_factory=dict)
    reasons: set[str] = field(default_factory=set)

    @property
    def total(self) -> Verdict:
        whole = Verdict()
        for one in self.by_key.values():
            for name in ("calls", "actual", "there", "left_out", "partial", "uncertain"):
                setattr(whole, name, getattr(whole, name) + getattr(one, name))
        return whole


def what_if(
    engine: Engine, wanted: CaptureOptions, pricer: Pricer, others: Sequence[Other], by: tuple[str, ...] = REPLACED
) -> list[Comparison]:
    """Price the calls that are `wanted` on each of `others`, at the time of each call; nothing is written."""
    found = [Comparison(other, by) for other in others]
    after = None
    with snapshot(engine) as connection:
        while True:
            rows = page(connection, wanted, after)
            for row in rows:
                # What costs nothing here is no traffic to be priced elsewhere, unless it is known what it consumed.
                if row.usage_source != NO_USAGE or row.cost_status not in {NONE, FREE}:
                    for one in found:
                        _compare(one, row, pricer)
            if len(rows) < PAGE:
                return found
            after = rows[-1]


def _compare(comparison: Comparison, row: Record, pricer: Pricer) -> None:
    other = comparison.other
    key = tuple(_told(row, name) for name in comparison.names)
    # Calls to several models have no factor in common.
    ratio = factor(_told(row, _MODEL), other.model) if _MODEL in comparison.names else None
    verdict = comparison.by_key.setdefault(key, Verdict(factor=ratio))
    cost = pricer.price(*(_there(one, other) for one in consumptions(row)))
    if cost.nanousd is None or cost.status == PARTIAL:
        comparison.reasons.update(cost.reasons)
    # What is not sold in that tier has the usual price, which is no bound of what was asked for.
    is_sold = not any(reason.startswith(_NOT_SOLD) for reason in cost.reasons)
    is_told = row.usage_source != NO_USAGE or cost.is_flat
    verdict.add(row, cost.nanousd if is_sold and is_told else None, is_partial=cost.status == PARTIAL)


def _told(row: Record, name: str) -> str | None:
    if name == _MODEL:
        return row.model_returned or row.model_requested
    value = getattr(row, str(DIMENSIONS[name].key))
    return None if value is None else str(value)


def _there(asked: Consumption, other: Other) -> Consumption:
    is_batch = other.tier == _BATCH
    return msgspec.structs.replace(
        asked,
        provider=other.provider,
        models=(other.model,),
        host="",
        tier=None if is_batch else other.tier,
        context={"processing": _BATCH} if is_batch else {},
    )
