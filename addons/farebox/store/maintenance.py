"""What a ledger needs beside its rows: a table for each month, made ahead, and old rows taken away."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, Table, bindparam, exists, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from ..records.record import Record
from . import faults, months
from .engine import writer
from .locks import Lock, is_taken
from .months import FIRST, Month
from .schema import call_prices, calls

logger = logging.getLogger(__name__)

_PURGE_SECONDS = 3600.0
_TRY_SECONDS = 60.0
# A clock that was set wrong at the start is right an hour later, if ever.
_SETTLED, _LATELY = timedelta(hours=1), timedelta(days=7)
# So few at a time that the recorder's next batch hardly waits.
_STEP = 500


class Maintenance:
    """Looks after the ledger of `engine`. Rows older than `keep` go, a part at a time; with None, none does."""

    def __init__(
        self,
        engine: Engine,
        keep: timedelta | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._keep = keep
        self._now = now
        self._made: set[Month] = set()
        self._said: set[str] = set()
        self._next_try = self._next_purge = 0.0

    def make_room(self, records: Sequence[Record]) -> None:
        """See that the months of `records`, this month and the next two are there, on Postgres.

        Where they cannot be made, rows go to what takes the rest, and move once they can.
        """
        if self._engine.dialect.name != "postgresql" or time.monotonic() < self._next_try:
            return
        coming = months.ahead(self._now())
        told = {Month.of(record.started_at) for record in records}
        wanted = {month for month in told if FIRST <= month <= coming[-1]}.union(coming) - self._made
        if not wanted:
            return
        try:
            for name in months.TABLES:
                with self._engine.begin() as connection:
                    months.make(connection, name, wanted)
        except SQLAlchemyError as error:
            self._next_try = time.monotonic() + _TRY_SECONDS
            self._say(f"months are not made ahead: {faults.away(self._engine, error).trouble}")
        else:
            self._made |= wanted

    def purge(self) -> None:
        """Take a part of what is too old away, where it is time to."""
        if self._keep is None or time.monotonic() < self._next_purge:
            return
        try:
            is_done = not self._purge(self._keep)
        except SQLAlchemyError as error:
            is_done = True
            self._say(f"old calls are not taken away yet: {faults.away(self._engine, error).trouble}")
        if is_done:
            self._next_purge = time.monotonic() + _PURGE_SECONDS

    def _say(self, trouble: str) -> None:
        if trouble not in self._said:
            self._said.add(trouble)
            logger.warning("%s", trouble)

    def _purge(self, keep: timedelta) -> bool:
        """Return whether something was taken away, so that there may be more."""
        now = self._now()
        with writer(self._engine).begin() as connection:
            if is_taken(connection, Lock.RETENTION):
                return False
            is_shared = connection.dialect.name == "postgresql"
            if is_shared:
                # One sidecar whose clock is ahead must not take away what all others recorded.
                now = min(now, connection.scalars(select(func.now())).one().astimezone(UTC))
            elif not _is_likely(connection, now):
                return False
            before = (now - keep).replace(hour=0, minute=0, second=0, microsecond=0)
            if is_shared:
                return months.drop_first(connection, before) or _delete(connection, "_other", "ctid", before)
            return _delete(connection, "", "rowid", before)


def _is_likely(connection: Connection, now: datetime) -> bool:
    """Tell whether it may be `now`: calls were recorded in the week before. A wrong clock must not empty the ledger."""
    lately = calls.c.started_at.between(now - _LATELY, now - _SETTLED)
    return connection.scalar(select(exists().where(lately))) or False


def _delete(connection: Connection, suffix: str, place: str, before: datetime) -> bool:
    """Delete some of the rows from before `before`; return whether there were any."""
    # A call that is still there keeps its later price: prices go once no such call is left.
    return any(_delete_from(connection, table, suffix, place, before) for table in (calls, call_prices))


def _delete_from(connection: Connection, table: Table, suffix: str, place: str, before: datetime) -> bool:
    name = f"{table.name}{suffix}"
    # The oldest first, so that no hour is gone in part but the one that is under way.
    old = f"SELECT {place} FROM {name} WHERE started_at < :before ORDER BY started_at LIMIT {_STEP}"  # noqa: S608 - names of ours
    statement = text(f"DELETE FROM {name} WHERE {place} IN ({old})")  # noqa: S608
    moment = bindparam("before", before, type_=table.c.started_at.type)
    return connection.execute(statement.bindparams(moment)).rowcount > 0
