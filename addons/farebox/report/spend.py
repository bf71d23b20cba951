"""The sums of a report in its currency: each part of the cost at the rate of its day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..store.snapshot import snapshot
from ..store.summary import SPANS, Scope, Span
from ..store.totals import FEW, Cut, Totals, totals, totals_in
from .currency import ReportCurrency, in_currency


def spend(
    engine: Any, scope: Scope, by: Sequence[str], cut: Cut, currency: ReportCurrency | None, *, few: int = FEW
) -> Totals:
    """Return the sums of `scope` by `by` as `totals` does, with their cost in `currency` too if it is not None."""
    if currency is None:
        return totals(engine, scope, by, cut, few=few)
    with snapshot(engine) as connection:
        found = totals_in(connection, scope, by, cut, few=few)
        place = next((number for number, name in enumerate(by) if name in SPANS), len(by))
        has_span = place < len(by)

        def parts(first: datetime, last: datetime) -> list[Span]:
            return currency.cut(cut(first, last) if has_span else [("", first, last + datetime.resolution)])

        by_rate = totals_in(connection, scope, by if has_span else [*by, SPANS[0]], parts, few=few)
    costs, whole = currency.sums(by_rate.groups, place, has_span=has_span)
    return replace(found, groups=in_currency(found.groups, costs), whole=replace(found.whole, converted=whole))
