"""Writes batches to ClickHouse so that every call counts once, whatever ends between two of the statements.

The rows come first and the positions last. A batch that is read again finds its rows: their ids are asked for before
every insert, once no insert of this sidecar is under way any more.

On a cluster, rows that are visible may disappear: a replica that lost ZooKeeper while it committed keeps its part, and
removes it if ZooKeeper turns out not to know it. So an insert whose end is unclear is sent again as it was first, and
replicas recognise what they have: by its token, or before 24.1 by its contents.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from ...errors import LedgerAwayError
from ...records.record import Completion, Record
from ...spool.reader import Position
from .. import faults, polls
from ..rows import record_of
from . import changes, dbapi, rows, spools
from .engine import driver_of

# ClickHouse's numbers of errors that a value causes: https://github.com/ClickHouse/ClickHouse, ErrorCodes.cpp.
_REFUSALS = frozenset({6, 25, 26, 27, 38, 41, 53, 69, 70, 72, 117, 131, 376})
_LOOK_SECONDS, _LONGEST_SECONDS = 0.2, 30.0


class Writer:
    """Writes for one sidecar."""

    def __init__(self, engine: Engine, *, sidecar: str | None) -> None:
        self._engine = engine
        self._sidecar = sidecar
        # Whether an insert may be under way whose answer nobody waits for: of a recorder before this one, too.
        self._is_unclear = True
        self._unsettled: Sequence[Record] = ()
        self._number = 0

    def calls(self, records: Sequence[Record]) -> list[Record]:
        """Store those of `records` that are not stored yet; return those that ClickHouse refuses. LedgerAwayError."""
        unfit = [record for record in records if not rows.fits(record)]
        sound = [record for record in records if rows.fits(record)]
        with self._clear() as connection:
            driver = driver_of(connection)
            self._insert(driver, self._unsettled)
            known = rows.known_ids(driver, sound)
            new = [record for record in {record.id: record for record in sound}.values() if record.id not in known]
            refused = self._insert(driver, new)
            if new and len(refused) == len(new):
                raise self._refuses_all(refused[0][1])
        return [*unfit, *(record for record, _ in refused)]

    def completions(self, made: Sequence[Completion]) -> list[Completion]:
        """Store those of `made` whose row is not complete yet, and return these. LedgerAwayError."""
        if not made:
            return []
        with self._clear() as connection:
            wanted = {one.after.id: one for one in made}
            found = changes.completed(connection, [msgspec.structs.asdict(one.after) for one in wanted.values()])
            pairs = [(record_of(before), record_of(after)) for before, after in found]
            changes.add(driver_of(connection), pairs, datetime.now(UTC), is_price=False)
        return [wanted[after.id] for _, after in pairs]

    def links(self, resolved: Sequence[polls.Key], waiting: Sequence[polls.Poll]) -> None:
        """Forget the polls that are `resolved` and keep those that wait. LedgerAwayError."""
        if resolved or waiting:
            with self._clear() as connection:
                driver = driver_of(connection)
                spools.drop(driver, resolved)
                spools.keep(connection, driver, waiting)

    def positions(self, positions: Mapping[str, Position], ended: Sequence[str]) -> None:
        """Store how far each spool is stored, and forget those that `ended`. LedgerAwayError."""
        if positions or ended:
            with self._clear() as connection:
                spools.store_positions(driver_of(connection), positions, ended, sidecar=self._sidecar)

    @contextmanager
    def _clear(self) -> Iterator[Connection]:
        """Hold a connection once it is clear what the last insert did; an error makes it unclear again."""
        try:
            with self._engine.connect() as connection:
                self._wait(driver_of(connection))
                self._is_unclear = False
                yield connection
        except (DBAPIError, dbapi.Error) as error:
            self._is_unclear = True
            raise faults.away(self._engine, error) from error

    def _wait(self, driver: dbapi.Connection) -> None:
        """Wait until no insert of this sidecar is under way; LedgerAwayError if one lasts."""
        until = time.monotonic() + _LONGEST_SECONDS
        while self._is_unclear and rows.running(driver, self._prefix):
            if time.monotonic() > until:
                trouble = "still executes an insert whose answer was lost"
                raise LedgerAwayError(f"ledger {faults.name(self._engine)} {trouble}", f"it {trouble}")
            time.sleep(_LOOK_SECONDS)

    @property
    def _prefix(self) -> str:
        return f"farebox:{self._sidecar or ''}:"

    def _insert(self, driver: dbapi.Connection, new: Sequence[Record]) -> list[tuple[Record, dbapi.Error]]:
        """Insert `new` and return the rows that are refused on their own, found by halving."""
        if not new:
            return []
        found = [rows.row_of(record, driver.version) for record in new]
        token = hashlib.blake2b("".join(record.id for record in new).encode(), digest_size=16).hexdigest()
        self._number += 1
        if driver.server.address.cluster:
            self._unsettled = new
        try:
            rows.insert(driver, "calls", found, token, query_id=f"{self._prefix}{time.time_ns()}:{self._number}")
        except dbapi.Error as error:
            if error.code not in _REFUSALS:
                raise
            self._unsettled = ()
            if len(new) == 1:
                return [(new[0], error)]
            middle = len(new) // 2
            return self._insert(driver, new[:middle]) + self._insert(driver, new[middle:])
        self._unsettled = ()
        return []

    def _refuses_all(self, error: dbapi.Error) -> LedgerAwayError:
        trouble = f"refuses every call (code {error.code}): compare its columns with docs/ledger.md"
        return LedgerAwayError(f"ledger {faults.name(self._engine)} {trouble}", f"it {trouble}")
