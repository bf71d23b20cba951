"""The cost of the recorded calls on another model, call by call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from ..pricing.amounts import DURATION
from ..pricing.consumption import Consumption
from ..pricing.cost import FREE, NONE, PARTIAL
from ..pricing.pricer import Pricer
from ..pricing.row import NO_USAGE, consumptions
from ..records.record import Record
from ..records.usage import Usage
from ..store.engine import Engine
from ..store.machine_speed import Speed, measured_speed
from ..store.reprices import PAGE, Selection, page
from ..store.snapshot import snapshot
from ..store.summary import DIMENSIONS
from .tokenizers import Factor, factor

_TURN = "turn"
_MODEL = "model"
# The default grouping: by the model that is replaced.
REPLACED = ("provider", _MODEL)
# Batch is a way of processing, but users name it as a tier.
_BATCH = "batch"
_NOT_SOLD = ("no_price:service_tier=", "no_price:processing=")


@dataclass(frozen=True, slots=True)
class Other:
    """The model to price the calls on, and its service tier; `batch` counts as a tier here."""

    provider: str
    model: str
    tier: str | None = None


@dataclass(slots=True)
class Verdict:
    """The calls of one group: the actual cost of those with both prices, and their cost `there` for the same tokens.

    `left_out` are the other calls. `partial` of the priced calls have parts without a price there; the actual cost of
    `uncertain` ones is a lower bound or an estimate.
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
    """The calls priced on `other`, grouped by `names`, dimensions of a report; a value of None is unknown.

    If `other` `is_by_time`, it costs as long as its machine works: that follows from its measured `speed`.
    """

    other: Other
    names: tuple[str, ...] = REPLACED
    by_key: dict[tuple[str | None, ...], Verdict] = field(default_factory=dict)
    reasons: set[str] = field(default_factory=set)
    is_by_time: bool = False
    speed: Speed | None = None

    @property
    def total(self) -> Verdict:
        total = Verdict()
        for verdict in self.by_key.values():
            for name in ("calls", "actual", "there", "left_out", "partial", "uncertain"):
                setattr(total, name, getattr(total, name) + getattr(verdict, name))
        return total


def what_if(
    engine: Engine,
    wanted: Selection,
    pricer: Pricer,
    others: Sequence[Other],
    by: tuple[str, ...] = REPLACED,
    *,
    advance: Callable[[int], object] = lambda _done: None,
) -> list[Comparison]:
    """Price the `wanted` calls on each of `others`, at the time of each call; write nothing.

    `advance` is told how many calls each page had.
    """
    found = [Comparison(other, by) for other in others]
    after = None
    with snapshot(engine) as connection:
        for comparison in found:
            if _is_by_time(comparison.other, pricer):
                comparison.is_by_time = True
                comparison.speed = measured_speed(connection, comparison.other.provider, comparison.other.model)
        while True:
            rows = page(connection, wanted, after)
            for row in rows:
                # A call that cost nothing here and has no usage, such as a list of models, costs nothing elsewhere.
                if row.usage_source != NO_USAGE or row.cost_status not in {NONE, FREE}:
                    for comparison in found:
                        _compare(comparison, row, pricer)
            advance(len(rows))
            if len(rows) < PAGE:
                return found
            after = rows[-1]


def _compare(comparison: Comparison, row: Record, pricer: Pricer) -> None:
    other = comparison.other
    key = tuple(_value(row, name) for name in comparison.names)
    # A group with several models has no common factor.
    ratio = factor(_value(row, _MODEL), other.model) if _MODEL in comparison.names else None
    verdict = comparison.by_key.setdefault(key, Verdict(factor=ratio))
    if comparison.is_by_time and (comparison.speed is None or row.output_tokens is None):
        verdict.add(row, None, is_partial=False)
        return
    cost = pricer.price(*(_there(consumption, other, comparison.speed) for consumption in consumptions(row)))
    if cost.nanousd is None or cost.status == PARTIAL:
        comparison.reasons.update(cost.reasons)
    # A model without that tier gets its standard price, which says nothing on the tier's.
    is_sold = not any(reason.startswith(_NOT_SOLD) for reason in cost.reasons)
    has_amounts = row.usage_source != NO_USAGE or cost.is_flat
    verdict.add(row, cost.nanousd if is_sold and has_amounts else None, is_partial=cost.status == PARTIAL)


def _value(row: Record, name: str) -> str | None:
    if name == _MODEL:
        return row.model_returned or row.model_requested
    value = _turn(row) if name == _TURN else getattr(row, str(DIMENSIONS[name].key))
    return None if value is None else str(value)


def _turn(row: Record) -> str:
    """Return what the calls of one turn have in common, as in store/summary.py."""
    message = row.message_id and f"{row.conversation or row.user_id or ''}/{row.message_id}"
    return message or row.trace or row.retry_of or row.id


def _is_by_time(other: Other, pricer: Pricer) -> bool:
    card = pricer.card(Consumption(other.provider, (other.model,), Usage(), datetime.now(UTC), duration_ms=1))
    return card is not None and DURATION in card.rates


def _there(consumption: Consumption, other: Other, speed: Speed | None) -> Consumption:
    is_batch = other.tier == _BATCH
    return msgspec.structs.replace(
        consumption,
        provider=other.provider,
        models=(other.model,),
        host="",
        tier=None if is_batch else other.tier,
        context={"processing": _BATCH} if is_batch else {},
        machine_ms=speed.duration_ms(consumption.usage.output_tokens) if speed else None,
    )
