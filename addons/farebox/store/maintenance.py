"""Maintenance of the ledger: monthly partitions created ahead, and old rows and callers removed."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, Table, and_, bindparam, exists, func, or_, select, text
from sqlalchemy.exc import SQLAlchemyError

from ..records.record import Record
from ..records.times import in_utc
from . import faults, months
from .engine import writer
from .locks import Lock, hurry, is_taken
from .months import FIRST, Month
from .rollups import callers
from .rollups.tables import BY_CALLER
from .rollups.upsert import hold
from .schema import call_prices, calls, hourly
from .steady_clock import SteadyClock

logger = logging.getLogger(__name__)

_PURGE_SECONDS = 3600.0
_RETRY_SECONDS = 60.0
# A clock that is wrong at the start is corrected within an hour, if ever.
_SETTLED, _LATELY = timedelta(hours=1), timedelta(days=7)
# Small enough that the recorder's next batch hardly waits.
_STEP = 500
_WINDOW = timedelta(days=7)
_HURRY_SECONDS = 2.0
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_SUMS = hourly[BY_CALLER.table].c


class Maintenance:
    """Maintains the ledger of `engine`.

    Calls older than `keep` are deleted, and hourly sums older than `keep_callers` lose their callers; None: never.
    It needs no calls to go on: `purge` depends on time alone.
    """

    def __init__(
        self,
        engine: Engine,
        keep: timedelta | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        keep_callers: timedelta | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._keep, self._keep_callers = keep, keep_callers
        self._now, self._monotonic = now, monotonic
        self._clock = SteadyClock(now, monotonic)
        self._made: set[Month] = set()
        self._logged: set[str] = set()
        self._next_try = self._next_purge = 0.0
        # A pass has cleared all hours before `_cleared`; the one that is under way, those before `_cleared_until`.
        self._cleared = self._cleared_until = _BEGINNING

    def make_room(self, records: Sequence[Record]) -> None:
        """Create the partitions of `records`, of this month and of the next two, on Postgres.

        If that fails, rows go to the default partition, and move once their own can be created.
        """
        if self._engine.dialect.name != "postgresql" or self._monotonic() < self._next_try:
            return
        coming = months.ahead(self._now())
        recorded = {Month.of(record.started_at) for record in records}
        wanted = {month for month in recorded if FIRST <= month <= coming[-1]}.union(coming) - self._made
        if not wanted:
            return
        try:
            for name in months.TABLES:
                with self._engine.begin() as connection:
                    months.make(connection, name, wanted)
        except SQLAlchemyError as error:
            self._next_try = self._monotonic() + _RETRY_SECONDS
            self._warn("partitions are not created ahead", error)
        else:
            self._made |= wanted

    def purge(self) -> bool:
        """Remove a small part of what is too old, at most once an hour until all is done; return whether more may be.

        Errors are logged, and it is tried again an hour later.
        """
        self._clock.check()
        if self._monotonic() < self._next_purge:
            return False
        is_more = self._step(self._delete_calls, self._keep, "old calls are not deleted yet")
        is_more |= self._step(self._clear_callers, self._keep_callers, "old hourly sums still have callers")
        if not is_more:
            self._next_purge = self._monotonic() + _PURGE_SECONDS
        return is_more

    def _step(self, remove: Callable[[Connection, datetime], bool], keep: timedelta | None, trouble: str) -> bool:
        if keep is None:
            return False
        try:
            with writer(self._engine).begin() as connection:
                now = self._time(connection)
                if now is None:
                    return False
                return remove(connection, (now - keep).replace(hour=0, minute=0, second=0, microsecond=0))
        except SQLAlchemyError as error:
            self._warn(trouble, error)
            return False

    def _time(self, connection: Connection) -> datetime | None:
        """Return the time, None if it is not certain or another sidecar purges: a wrong clock must delete nothing."""
        now = self._now()
        if is_taken(connection, Lock.RETENTION):
            return None
        if connection.dialect.name == "postgresql":
            # One sidecar whose clock is ahead must not delete what all others recorded.
            return min(now, in_utc(connection.scalars(select(func.now())).one()))
        return now if self._clock.steady_for() >= _SETTLED or _was_recording(connection, now) else None

    def _warn(self, trouble: str, error: SQLAlchemyError) -> None:
        message = f"{trouble}: {faults.away(self._engine, error).trouble}"
        if message not in self._logged:
            self._logged.add(message)
            logger.warning("%s", message)

    def _delete_calls(self, connection: Connection, before: datetime) -> bool:
        """Delete some of the calls from before `before`, or their later prices; return whether there were any."""
        if connection.dialect.name == "postgresql":
            return months.drop_first(connection, before) or _delete(connection, "_other", "ctid", before)
        return _delete(connection, "", "rowid", before)

    def _clear_callers(self, connection: Connection, before: datetime) -> bool:
        """Remove the callers from some of the hourly sums from before `before`; return whether there were any."""
        if before <= self._cleared:
            return False
        from_here = (_SUMS.hour >= self._cleared_until, _SUMS.hour < before)
        first = connection.scalar(select(func.min(_SUMS.hour)).where(*from_here))
        if first is None:
            # Calls that arrive late can bring callers to any hour: each day's pass begins with the oldest.
            self._cleared, self._cleared_until = before, _BEGINNING
            return False
        ends = min(in_utc(first) + _WINDOW, before)
        if connection.dialect.name == "postgresql":
            hurry(connection, _HURRY_SECONDS)
        hold(connection, [BY_CALLER])
        has_caller = or_(*(_SUMS[name].is_not(None) for name in callers.CALLER))
        rows = callers.find(connection, and_(*from_here, _SUMS.hour < ends, has_caller), _STEP)
        callers.clear(connection, rows, callers.CALLER)
        self._cleared_until = rows[-1].hour if len(rows) == _STEP else ends
        return True


def _was_recording(connection: Connection, now: datetime) -> bool:
    """Return whether calls were recorded in the week before `now`, which then is no wrong clock's time."""
    lately = calls.c.started_at.between(now - _LATELY, now - _SETTLED)
    return connection.scalar(select(exists().where(lately))) or False


def _delete(connection: Connection, suffix: str, place: str, before: datetime) -> bool:
    """Delete some of the rows from before `before`; return whether there were any."""
    # Prices go once no call from before is left: until then, each call keeps its later price.
    return any(_delete_from(connection, table, suffix, place, before) for table in (calls, call_prices))


def _delete_from(connection: Connection, table: Table, suffix: str, place: str, before: datetime) -> bool:
    name = f"{table.name}{suffix}"
    # The oldest first, so that only one hour at a time is deleted in part.
    old = f"SELECT {place} FROM {name} WHERE started_at < :before ORDER BY started_at LIMIT {_STEP}"  # noqa: S608 - our own names
    statement = text(f"DELETE FROM {name} WHERE {place} IN ({old})")  # noqa: S608
    moment = bindparam("before", before, type_=table.c.started_at.type)
    return connection.execute(statement.bindparams(moment)).rowcount > 0
