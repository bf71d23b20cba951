"""The spend of each hour of the last weeks, kept in memory and read again from the ledger where it has changed."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..sinks.spend_totals import Names, Unit
from ..store import spend
from ..store.engine import Engine
from ..store.rollups.ranges import HOUR, floor
from ..store.snapshot import snapshot
from ..store.spend import SCOPES, Spent

# Hours that are read together: some ten thousand rows in a large ledger.
_SLICE = timedelta(hours=24)
# For so long a refresh goes on reading hours that it hasn't read yet; the next one takes up from there.
_PATIENCE_SECONDS = 2.0
# So many names may be gone from all hours before their numbers are given up.
_GONE_LIMIT = 20_000


class SpendUnits:
    """The Units of the ledger of `engine`: hours, and the minutes of hours in which a window begins.

    `first` is the ledger's first hour.
    """

    def __init__(self, engine: Engine, *, patience: float = _PATIENCE_SECONDS) -> None:
        self._engine = engine
        self._patience = patience
        self._reset()

    def _reset(self) -> None:
        self.names = Names(len(SCOPES))
        self.first: datetime | None = None
        self._hours: dict[datetime, Unit] = {}
        self._uncertain: dict[datetime, dict[str, int]] = {}
        self._minutes: dict[datetime, tuple[Unit | None, dict[datetime, Unit] | None]] = {}
        self._revisions: dict[datetime, int] = {}
        self._from: datetime | None = None

    def refresh(self, since: datetime, now: datetime, edges: Collection[datetime]) -> None:
        """Read what has changed in the hours from `since` on, and the minutes of the hours `edges`. LedgerAwayError."""
        give_up = time.monotonic() + self._patience
        self._forget(since)
        with snapshot(self._engine) as connection:
            self.first = spend.first_hour(connection)
            found = spend.revisions(connection, since)
            newest = floor(now) + 2 * HOUR
            begins = self._from or newest
            changed = {hour for hour in found.keys() | self._revisions.keys() if hour >= begins}
            self._read(connection, [hour for hour in changed if found.get(hour) != self._revisions.get(hour)])
            self._revisions = {hour: revision for hour, revision in found.items() if hour >= begins}
            while begins > since:
                ends, begins = begins, max(since, begins - _SLICE)
                self._add(connection, begins, ends)
                self._revisions |= {hour: revision for hour, revision in found.items() if begins <= hour < ends}
                self._from = begins
                if time.monotonic() >= give_up:
                    break
            self._read_minutes(connection, edges)

    def all_of(self, hour: datetime) -> int:
        """Return all nano-USD of an hour."""
        unit = self._hours.get(hour)
        return unit.total[0] if unit else 0

    def by_name(self, hour: datetime) -> dict[int, int]:
        """Return the nano-USD of an hour by number of the name."""
        unit = self._hours.get(hour)
        return dict(zip(unit.ids, unit.nanousd, strict=True)) if unit else {}

    def between(self, begins: datetime, ends: datetime) -> dict[datetime, Unit] | None:
        """Return the Units from `begins`, a whole minute, on and before `ends`, by their start; None if not all are
        read yet.

        Where retention has deleted calls of the hour of `begins`, that hour counts whole, as it does in reports.
        """
        hour = floor(begins)
        if not self.has(hour):
            return None
        found = {at: unit for at, unit in self._hours.items() if hour < at < ends}
        _, minutes = self._minutes.get(hour, (None, None))
        if begins > hour and minutes is not None:
            return found | {at: unit for at, unit in minutes.items() if at >= begins}
        return found | ({hour: self._hours[hour]} if hour in self._hours else {})

    def uncertain(self, begins: datetime, ends: datetime) -> dict[str, int] | None:
        """Return the number of calls by each of UNCERTAIN statuses; None if not all hours are read yet.

        The hour of `begins` counts whole.
        """
        hour = floor(begins)
        if not self.has(hour):
            return None
        found = dict.fromkeys(spend.UNCERTAIN, 0)
        for at, doubts in self._uncertain.items():
            if hour <= at < ends:
                for status, number in doubts.items():
                    found[status] += number
        return found

    def has(self, hour: datetime) -> bool:
        """Tell whether the hours from `hour` on are read."""
        return self._from is not None and self._from <= hour

    def _read(self, connection: Connection, hours: Iterable[datetime]) -> None:
        for begins, ends in _spans(sorted(hours)):
            for known in (self._hours, self._uncertain):
                for hour in [hour for hour in known if begins <= hour < ends]:
                    del known[hour]
            self._add(connection, begins, ends)

    def _add(self, connection: Connection, begins: datetime, ends: datetime) -> None:
        self._hours |= self._units(spend.by_hour(connection, begins, ends))
        for hour, status, number in spend.uncertain(connection, begins, ends):
            self._uncertain.setdefault(hour, {})[status] = number

    def _read_minutes(self, connection: Connection, edges: Collection[datetime]) -> None:
        """Read the minutes of `edges` whose hour has changed since."""
        before, self._minutes = self._minutes, {}
        for hour in edges:
            unit, known = self._hours.get(hour), before.get(hour)
            if known is not None and known[0] is unit:
                self._minutes[hour] = known
            elif self.has(hour):
                self._minutes[hour] = unit, self._minutes_of(connection, hour, unit)

    def _minutes_of(self, connection: Connection, hour: datetime, unit: Unit | None) -> dict[datetime, Unit] | None:
        if unit is None:
            return {}
        in_minutes = (
            one._replace(at=one.at.replace(second=0, microsecond=0)) for one in spend.by_call(connection, hour)
        )
        minutes = self._units(in_minutes)
        sums = tuple(map(sum, zip(*(one.total for one in minutes.values()), strict=True)))
        return minutes if sums == unit.total else None

    def _units(self, found: Iterable[Spent]) -> dict[datetime, Unit]:
        by_time = defaultdict[datetime, list[tuple[tuple[str | None, ...], int, int]]](list)
        for at, *rest in found:
            by_time[at].append(tuple(rest))  # type: ignore[arg-type]
        return {at: self.names.unit(rest) for at, rest in by_time.items()}

    def _forget(self, before: datetime) -> None:
        """Drop the hours from before `before`, and the names once many are in none."""
        old = [hour for hour in self._hours if hour < before]
        for hour in old:
            del self._hours[hour]
        for hour in [hour for hour in self._uncertain if hour < before]:
            del self._uncertain[hour]
        if self._from is not None:
            self._from = max(self._from, before)
        if old and len(self.names) > _GONE_LIMIT:
            used = set[int]().union(*(unit.ids for unit in self._hours.values()))
            if len(self.names) - len(used) > _GONE_LIMIT:
                self._reset()


def _spans(hours: list[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Yield `hours`, which are sorted, as spans without a gap, none longer than a slice."""
    begins = ends = None
    for hour in hours:
        if begins is not None and ends is not None and hour == ends and hour - begins < _SLICE:
            ends = hour + HOUR
            continue
        if begins is not None and ends is not None:
            yield begins, ends
        begins, ends = hour, hour + HOUR
    if begins is not None and ends is not None:
        yield begins, ends
