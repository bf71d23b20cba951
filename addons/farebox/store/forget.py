"""Remove a person's identifiers from calls and hourly sums, in small transactions that change no sum."""

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, exists, func, select, update
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from ..budgets.scopes import COLUMNS
from ..records.record import Record
from ..records.times import in_utc
from . import faults
from .alert_events import remove
from .appending import is_appending
from .engine import writer
from .faults import reachable
from .reprices import following, held
from .rollups import callers, counting
from .rollups.tables import BY_CALLER
from .rollups.upsert import hold
from .rows import record_of
from .schema import alert_events, calls, hourly

PERSONS = ("user_id", "key_fingerprint")
# What else can lead from a call to a person: the hash of a request covers the client's address.
TRACES = ("client_addr", "conversation", "message_id", "trace", "tags", "request_hash")
_STEP = 500
_WINDOW = timedelta(days=1)
_TRIES = 3
# A person whose calls are recorded faster than they are forgotten must not keep us for ever.
_ROUNDS = 20
_SUMS = hourly[BY_CALLER.table].c


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever made the calls that have `value` in `column`."""

    column: Literal["user_id", "key_fingerprint"]
    value: str


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many calls and rows of hourly sums were changed; `is_behind` if calls were recorded faster than forgotten."""

    calls: int
    sums: int
    is_behind: bool = False


def forget(engine: Engine, person: Person) -> Forgotten:
    """Remove `person` from the ledger; LedgerAwayError if it can't be reached, after which it can be run again.

    Calls that are recorded meanwhile may keep their identifiers.
    """
    if is_appending(engine):
        from .clickhouse import forget as on_clickhouse  # noqa: PLC0415 - other ledgers don't need it

        return Forgotten(on_clickhouse.forget(engine, person.column, person.value, TRACES), 0)
    with reachable(engine):
        forgotten = _Forgetting(engine, person).run()
        _overwrite(engine)
    return forgotten


class _Forgetting:
    def __init__(self, engine: Engine, person: Person) -> None:
        self._engine = engine
        self._person = person
        self._calls = self._sums = 0
        self._is_behind = False

    def run(self) -> Forgotten:
        self._forget_calls()
        at: datetime | None = None
        while (first := self._first_hour(at)) is not None:
            at = first + _WINDOW
            self._forget_sums(first, at)
        self._transact(self._forget_alerts)
        return Forgotten(self._calls, self._sums, self._is_behind)

    def _forget_calls(self, begins: datetime | None = None, ends: datetime | None = None) -> None:
        """Remove the person from the calls from `begins` on and before `ends`, and move their share of the sums."""
        rows: list[Record] = []
        while rows := self._next_calls(rows[-1] if rows else None, begins, ends):
            self._calls += self._transact(partial(self._move, rows=rows))
            if len(rows) < _STEP:
                # Calls that are recorded meanwhile must not keep us here.
                return

    def _forget_alerts(self, connection: Connection) -> int:
        """Delete the alerts of the person's own budgets: without calls of that name, none comes up again."""
        scope = next(scope for scope, column in COLUMNS.items() if column == self._person.column)
        return remove(connection, (alert_events.c.scope == scope) & (alert_events.c.name == self._person.value))

    def _next_calls(self, last: Record | None, begins: datetime | None, ends: datetime | None) -> list[Record]:
        query = select(calls).where(_is(calls.c[self._person.column], self._person), *_between(begins, ends))
        with self._engine.connect() as connection:
            found = connection.execute(following(query, last).limit(_STEP)).mappings()
            return [record_of(dict(row)) for row in found]

    def _move(self, connection: Connection, rows: Sequence[Record]) -> int:
        column = self._person.column
        befores = [row for row in held(connection, rows) if getattr(row, column) == self._person.value]
        gone = dict.fromkeys((column, *TRACES))
        here = (calls.c.id.in_([row.id for row in befores]), *_between(rows[0].started_at, None))
        connection.execute(update(calls).where(*here, calls.c.started_at <= rows[-1].started_at).values(gone))
        counting.count(connection, (), [(row, msgspec.structs.replace(row, **gone)) for row in befores])
        return len(befores)

    def _first_hour(self, at: datetime | None) -> datetime | None:
        query = select(func.min(_SUMS.hour)).where(_is(_SUMS[self._person.column], self._person))
        with self._engine.connect() as connection:
            hour = connection.scalar(query if at is None else query.where(_SUMS.hour >= at))
        return None if hour is None else in_utc(hour)

    def _forget_sums(self, begins: datetime, ends: datetime) -> None:
        """Remove the person from what is left in the sums: the share of calls that retention has deleted."""
        rounds = 0
        while rounds < _ROUNDS:
            number = self._transact(partial(self._clear, begins=begins, ends=ends))
            if number is None:
                # Calls that were recorded meanwhile take their own share along.
                self._forget_calls(begins, ends)
                rounds += 1
            else:
                self._sums += number
                if number < _STEP:
                    return
        self._is_behind = True

    def _clear(self, connection: Connection, begins: datetime, ends: datetime) -> int | None:
        """Return how many rows were cleared; None if calls are there whose share these rows still have."""
        # No lock on calls: whoever completes one holds it, and waits for the sums.
        hold(connection, [BY_CALLER])
        is_here = _is(calls.c[self._person.column], self._person)
        if connection.scalar(select(exists().where(is_here, *_between(begins, ends)))):
            return None
        is_summed = _is(_SUMS[self._person.column], self._person)
        rows = callers.find(connection, is_summed & (_SUMS.hour >= begins) & (_SUMS.hour < ends), _STEP)
        callers.clear(connection, rows, (self._person.column,))
        return len(rows)

    def _transact[Result](self, act: Callable[[Connection], Result]) -> Result:
        tries = 0
        while True:
            tries += 1
            try:
                with writer(self._engine).begin() as connection:
                    if connection.dialect.name == "sqlite":
                        connection.exec_driver_sql("PRAGMA secure_delete=ON")
                    return act(connection)
            except SQLAlchemyError as error:
                if not faults.is_conflict(error) or tries == _TRIES:
                    raise


def _is(column: ColumnElement[str | None], person: Person) -> ColumnElement[bool]:
    return column == person.value


def _between(begins: datetime | None, ends: datetime | None) -> list[ColumnElement[bool]]:
    bounds = [] if begins is None else [calls.c.started_at >= begins]
    return bounds if ends is None else [*bounds, calls.c.started_at < ends]


def _overwrite(engine: Engine) -> None:
    """Have SQLite overwrite the pages in its write-ahead log too, unless someone reads them: then the next one does."""
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection, suppress(DatabaseError):
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
