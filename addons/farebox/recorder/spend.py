"""Computes the money gauges from the ledger, so they are exact and the same from each of several sidecars."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ..records.windows import WINDOWS, Window, window
from ..sinks.spend_gauges import Series, SpendGauges
from ..sinks.spend_totals import ALL, RunningTotals, top
from ..store.engine import Engine
from ..store.rollups.ranges import floor
from ..store.spend import SCOPES
from . import spend_baseline
from .spend_units import SpendUnits

PERIOD_SECONDS = 5.0
_SCOPES = tuple(SCOPES)
_HOUR = "1h"


class SpendJob:
    """A Job that sets `gauges`, with the `names` that spend the most in each scope.

    Only hours that have changed since the last run are read again. `is_open` tells whether the ledger can be read.
    """

    name = "spend"
    period = PERIOD_SECONDS

    def __init__(
        self,
        engine: Engine,
        gauges: SpendGauges,
        zone: ZoneInfo,
        *,
        names: int,
        is_open: Callable[[], bool] = lambda: True,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._units = SpendUnits(engine)
        self._gauges = gauges
        self._zone = zone
        self._names = names
        self._is_open = is_open
        self._now = now
        self._totals = {name: RunningTotals() for name in WINDOWS}
        self._known = self._units.names

    def run(self) -> None:
        """Read what has changed and show it. LedgerAwayError."""
        if not self._is_open():
            return
        now = self._now()
        windows = {name: window(name, now, self._zone) for name in WINDOWS}
        starts = [one.begins for one in windows.values()]
        since = floor(min(*starts, now - spend_baseline.HORIZON))
        self._units.refresh(since, now, {floor(start) for start in starts if start != floor(start)})
        if self._known is not self._units.names:
            self._known, self._totals = self._units.names, {name: RunningTotals() for name in WINDOWS}
        spend = [series for name, one in windows.items() for series in self._spend(name, one)]
        uncertain = [series for name, one in windows.items() for series in self._uncertain(name, one)]
        self._gauges.show(spend, list(self._usual(now)), list(self._forecast(now, windows["month"])), uncertain)

    def _spend(self, name: str, span: Window) -> Iterator[Series]:
        units = self._units.between(*span)
        if units is None:
            # Its hours are still being read: no sum is better than a part of one.
            return
        totals = self._totals[name]
        totals.update(units)
        yield (name, "all", ""), totals[ALL]
        for scope, labels in self._top(totals).items():
            for label, nanousd in labels.items():
                yield (name, scope, label), nanousd

    def _uncertain(self, name: str, span: Window) -> Iterator[Series]:
        for status, number in (self._units.uncertain(*span) or {}).items():
            yield (name, status), number

    def _top(self, totals: RunningTotals) -> dict[str, dict[str, int]]:
        by_scope = defaultdict[int, list[tuple[str | None, int]]](list)
        names = self._units.names.names
        for id_, nanousd in totals.items():
            scope, name = names[id_]
            by_scope[scope].append((name, nanousd))
        return {_SCOPES[scope]: top(found, self._names) for scope, found in sorted(by_scope.items()) if scope >= 0}

    def _usual(self, now: datetime) -> Iterator[Series]:
        weeks = spend_baseline.usual_hours(now, self._units.first, self._zone)
        if not weeks or not self._units.has(min(hour for week in weeks for hour in week)):
            return
        spent = {hour: self._units.by_name(hour) for week in weeks for hour in week}
        for scope, label, id_ in self._names_of_this_hour():
            hours = [[spent[hour].get(id_, 0) for hour in week] for week in weeks]
            yield (_HOUR, scope, label), spend_baseline.usual(hours)

    def _names_of_this_hour(self) -> Iterator[tuple[str, str, int]]:
        """Yield the names that are shown for the last hour: scope, label and numbers."""
        yield "all", "", ALL
        totals = self._totals[_HOUR]
        shown = self._top(totals)
        for id_ in totals.ids():
            number, name = self._units.names.names[id_]
            label = "(unknown)" if name is None else name
            if number >= 0 and label != "other" and label in shown[_SCOPES[number]]:
                yield _SCOPES[number], label, id_

    def _forecast(self, now: datetime, month: Window) -> Iterator[Series]:
        if not self._units.has(floor(now - spend_baseline.HORIZON)) or not self._units.has(floor(month.begins)):
            return
        units, so_far = self._units, self._totals["month"][ALL]
        found = spend_baseline.forecast(now, month, so_far, self._zone, units.first, units.all_of)
        if found is not None:
            for bound, nanousd in found._asdict().items():
                yield ("month", "all", bound), nanousd
