"""Prices calls again: which prices changed, by how much, and the revisions that record it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..pricing.pricer import Pricer
from ..pricing.row import is_final, priced
from ..records.record import Record
from ..store.engine import Engine, writer
from ..store.faults import reachable
from ..store.reprices import PAGE, Selection, held, page, revise

# A price does not change if only the version of its catalogue does.
_PRICE_FIELDS = ("cost_nanousd", "cost_status", "cost_reasons", "catalogue_cost_nanousd", "price_source", "estimate")

Key = tuple[str, str | None, str, str]
Advance = Callable[[int], object]


@dataclass(slots=True)
class Change:
    """Calls of one provider and model with the same change of status. A sum is None if all of its costs are unknown."""

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
    """Changed prices by provider, model, and cost status before and after.

    `seen` calls were priced again; `disowned` of them had a price set by the user and do not any more.
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
        total = Change()
        for change in self.by_key.values():
            total.calls += change.calls
            total.before, total.after = _plus(total.before, change.before), _plus(total.after, change.after)
        return total


def reprice(
    engine: Engine, wanted: Selection, pricer: Pricer, *, at: datetime, dry: bool, advance: Advance = lambda _done: None
) -> Changes:
    """Price the `wanted` calls again and return the changes; unless `dry`, write a revision for each changed call.

    Each page is its own transaction: after an interruption, a second run does the rest. `advance` is told how many
    calls each page had.
    """
    changes, after = Changes(), None
    while True:
        with reachable(engine), (engine if dry else writer(engine)).begin() as connection:
            rows = page(connection, wanted, after)
            changed = list(_changed(rows if dry else held(connection, rows), pricer))
            if not dry:
                revise(connection, changed, at)
        changes.seen += len(rows)
        advance(len(rows))
        for old, new in changed:
            changes.add(old, new)
        if len(rows) < PAGE:
            return changes
        after = rows[-1]


def _changed(rows: Sequence[Record], pricer: Pricer) -> Iterator[tuple[Record, Record]]:
    for row in rows:
        new = row if is_final(row) else priced(row, pricer)
        if any(getattr(row, name) != getattr(new, name) for name in _PRICE_FIELDS):
            yield row, new


def _is_own(row: Record) -> bool:
    """Return whether a rule of the user set the price or a part of it."""
    return "rule" in (row.rate_card or {})


def _plus(one: int | None, other: int | None) -> int | None:
    return one if other is None else (one or 0) + other
