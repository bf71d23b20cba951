"""Pricing calls anew: what changed, by how much, and the revisions that say so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..pricing.pricer import Pricer
from ..pricing.row import is_settled, priced
from ..records.record import Record
from ..store.engine import Engine, writer
from ..store.faults import reachable
from ..store.reprices import PAGE, CaptureOptions, held, page, revise

# Another version of a catalogue that says the same is no other price.
_OF_A_PRICE = ("cost_nanousd", "cost_status", "cost_reasons", "catalogue_cost_nanousd", "price_source", "estimate")

Key = tuple[str, str | None, str, str]


@dataclass(slots=True)
class Change:
    """Calls of one provider and model whose price changed alike. A sum is None where none of their costs is known."""

    calls: int = 0
    before: int | None = None
    after: int | None = None

    def add(self, before: Record, after: Record) -> None:
        self.calls += 1
        self.before = _plus(self.before, before.cost_nanousd)
        self.after = _plus(self.after, after.cost_nanousd)

    @property
    def difference(self) -> int:
        return (self.after or 0) - (self.before or 0)


@dataclass(slots=True)
class Changes:
    """What pricing anew changes, by provider, model, and cost status before and after.

    `seen` calls were looked at; a price of the user's own was taken from `disowned` of them.
    """

    seen: int = 0
    disowned: int = 0
    by_key: dict[Key, Change] = field(default_factory=dict)

    def add(self, before: Record, after: Record) -> None:
        model = after.model_returned or after.model_requested
        key = (after.provider, model, before.cost_status, after.cost_status)
        self.by_key.setdefault(key, Change()).add(before, after)
        self.disowned += _is_own(before) and not _is_own(after)

    @property
    def total(self) -> Change:
        whole = Change()
        for one in self.by_key.values():
            whole.calls += one.calls
            whole.before, whole.after = _plus(whole.before, one.before), _plus(whole.after, one.after)
        return whole


def reprice(engine: Engine, wanted: CaptureOptions, pricer: Pricer, *, at: datetime, dry: bool) -> Changes:
    """Price the calls that are `wanted` anew and return what changed; unless `dry`, write a revision for each of these.

    Each page is a transaction of its own: what is interrupted has done a part, and goes on when it is called again.
    """
    changes, after = Changes(), None
    while True:
        with reachable(engine), (engine if dry else writer(engine)).begin() as connection:
            rows = page(connection, wanted, after)
            changed = list(_changed(rows if dry else held(connection, rows), pricer))
            if not dry:
                revise(connection, changed, at)
        changes.seen += len(rows)
        for old, new in changed:
            changes.add(old, new)
        if len(rows) < PAGE:
            return changes
        after = rows[-1]


def _changed(rows: Sequence[Record], pricer: Pricer) -> Iterator[tuple[Record, Record]]:
    for row in rows:
        new = row if is_settled(row) else priced(row, pricer)
        if any(getattr(row, name) != getattr(new, name) for name in _OF_A_PRICE):
            yield row, new


def _is_own(row: Record) -> bool:
    """Tell whether a rule of the user's own set the price, or had a part in it."""
    return "rule" in (row.rate_card or {})


def _plus(one: int | None, other: int | None) -> int | None:
    return one if other is None else (one or 0) + other
