"""What the recorded calls would cost on another model, call by call."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..pricing.consumption import Consumption
from ..pricing.cost import PARTIAL
from ..pricing.pricer import Pricer
from ..pricing.row import NO_USAGE, consumptions
from ..record import Record
from ..store.engine import Engine
from ..store.faults import reachable
from ..store.reprices import PAGE, Wanted, page
from .tokenizers import Factor, factor


@dataclass(frozen=True, slots=True)
class Other:
    """The model that would have answered instead, and the service tier it would have served in."""

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
    """What `other` would have made of the calls, by the model that it replaces."""

    other: Other
    by_model: dict[tuple[str, str | None], Verdict] = field(default_factory=dict)
    reasons: set[str] = field(default_factory=set)

    @property
    def total(self) -> Verdict:
        whole = Verdict()
        for one in self.by_model.values():
            for name in ("calls", "actual", "there", "left_out", "partial", "uncertain"):
                setattr(whole, name, getattr(whole, name) + getattr(one, name))
        return whole


def what_if(engine: Engine, wanted: Wanted, pricer: Pricer, others: Sequence[Other]) -> list[Comparison]:
    """Price the calls that are `wanted` on each of `others`, at the time of each call; nothing is written."""
    found = [Comparison(other) for other in others]
    after = None
    while True:
        with reachable(engine), engine.connect() as connection:
            rows = page(connection, wanted, after)
        for row in rows:
            if row.usage_source != NO_USAGE:
                for one in found:
                    _compare(one, row, pricer)
        if len(rows) < PAGE:
            return found
        after = rows[-1]


def _compare(comparison: Comparison, row: Record, pricer: Pricer) -> None:
    other = comparison.other
    model = row.model_returned or row.model_requested
    key = (row.provider, model)
    verdict = comparison.by_model.setdefault(key, Verdict(factor=factor(model, other.model)))
    cost = pricer.price(*(_there(one, other) for one in consumptions(row)))
    if cost.nanousd is None or cost.status == PARTIAL:
        comparison.reasons.update(cost.reasons)
    verdict.add(row, cost.nanousd, is_partial=cost.status == PARTIAL)


def _there(asked: Consumption, other: Other) -> Consumption:
    return replace(asked, provider=other.provider, models=(other.model,), host="", tier=other.tier, context={})
