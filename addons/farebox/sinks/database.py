"""The ledger as a sink: rows and the position in the spool in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ..errors import LedgerAwayError
from ..records.record import Completion, Record
from ..spool.reader import Position
from ..store import faults, polls, queries
from ..store.engine import writer
from ..store.maintenance import Maintenance
from ..store.polls import Poll
from ..store.rollups import counting
from ..store.rows import insert_calls, record_of
from ..store.snapshot import snapshot

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Links:
    """What a batch changes beside its own rows. `settled` are the keys of looks that need not wait any more."""

    completions: Sequence[Completion] = ()
    waiting: Sequence[Poll] = ()
    resolved: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What one write did. `refused` are the rows that the database does not take, whatever company they come in."""

    records: Sequence[Record]
    refused: Sequence[Record]
    completions: Sequence[Completion] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What the ledger has of some response ids: rows, and the messages of looks that wait for one."""

    rows: Sequence[Record] = ()
    waiting: Sequence[bytes] = ()


class DatabaseSink:
    """Writes Records into `calls`."""

    def __init__(
        self,
        engine: Engine,
        *,
        sidecar: str | None = None,
        keep: timedelta | None = None,
        keep_callers: timedelta | None = None,
    ) -> None:
        """`keep` is how long rows stay, `keep_callers` how long hourly sums have their callers; None is for ever."""
        self._engine = engine
        self._sidecar = sidecar
        self._maintenance = Maintenance(engine, keep, keep_callers=keep_callers)

    def reconnect(self) -> None:
        """Open connections anew when they are next needed."""
        self._engine.dispose()

    def purge(self) -> bool:
        """Remove a part of what is too old, now and then; return whether there may be more."""
        return self._maintenance.purge()

    def find(self, response_ids: Collection[str]) -> Found:
        """Return what the ledger has of `response_ids`."""
        if not response_ids:
            return Found()
        with snapshot(self._engine) as connection:
            rows = polls.rows_of(connection, response_ids)
            return Found([record_of(row) for row in rows], polls.waiting(connection, response_ids))

    def find_met(self) -> Found:
        """Return the looks that wait although a row of their response id is there, and these rows."""
        with snapshot(self._engine) as connection:
            ids = polls.met(connection)
        return self.find(ids)

    def write(
        self,
        records: Sequence[Record],
        positions: Mapping[str, Position],
        *,
        ended: Sequence[str] = (),
        links: Links = Links(),
    ) -> Written:
        """Store `records`, what they are linked to and how far the spools are read, and forget the spools that `ended`.

        All in one transaction.
        """
        self._maintenance.make_room(records)
        completed = self._store(records, positions, ended, links)
        if completed is not None:
            return Written(records, [], completed)
        refused = self._refused(records)
        sound = [record for record in records if record not in refused]
        lost = [one.after for one in links.completions if self._store([], {}, (), Links([one]), keep=False) is None]
        kept = replace(links, completions=[one for one in links.completions if one.after not in lost])
        completed = self._store(sound, positions, ended, kept)
        if completed is None:
            return self._one_by_one(records, positions, ended, links)
        return Written(sound, [*refused, *lost], completed)

    def _one_by_one(
        self, records: Sequence[Record], positions: Mapping[str, Position], ended: Sequence[str], links: Links
    ) -> Written:
        """Store what is refused only in company, as where a sum would be too large, in a transaction each."""
        rest = replace(links, completions=())
        if self._store([], positions, ended, rest, keep=False) is None:
            raise LedgerAwayError("it refuses to note how far the spool is read")
        refused = [record for record in records if self._store([record], {}, (), Links()) is None]
        made = {one.after.id: self._store([], {}, (), Links([one])) for one in links.completions}
        refused += (one.after for one in links.completions if made[one.after.id] is None)
        # Last, so that what is interrupted is read again.
        self._store([], positions, ended, rest)
        sound = [record for record in records if record not in refused]
        return Written(sound, refused, [one for done in made.values() for one in done or ()])

    def _refused(self, records: Sequence[Record]) -> list[Record]:
        """Return the rows that cannot be stored, found by halving; nothing of the search stays in the ledger."""
        if not records or self._store(records, {}, (), Links(), keep=False) is not None:
            return []
        if len(records) == 1:
            return list(records)
        middle = len(records) // 2
        return self._refused(records[:middle]) + self._refused(records[middle:])

    def _store(
        self,
        records: Sequence[Record],
        positions: Mapping[str, Position],
        ended: Sequence[str],
        links: Links,
        *,
        keep: bool = True,
    ) -> Sequence[Completion] | None:
        """Return the completions that were made, or None where the database refuses something."""
        tries = 0
        while True:
            tries += 1
            try:
                with writer(self._engine).connect() as connection, connection.begin() as transaction:
                    made = self._put(connection, records, positions, ended, links)
                    if not keep:
                        transaction.rollback()
                    return made
            except (SQLAlchemyError, OverflowError, ValueError, TypeError) as error:
                if faults.is_refusal(error):
                    return None
                if not faults.is_conflict(error) or tries == _TRIES:
                    raise faults.away(self._engine, error) from error

    def _put(
        self,
        connection: Connection,
        records: Sequence[Record],
        positions: Mapping[str, Position],
        ended: Sequence[str],
        links: Links,
    ) -> Sequence[Completion]:
        new = insert_calls(connection, records)
        made, changed = [], []
        # In the order of their ids, so that no two transactions wait for each other.
        for one in sorted(links.completions, key=lambda completion: completion.after.id):
            if (change := polls.complete(connection, msgspec.structs.asdict(one.after))) is not None:
                made.append(one)
                before, after = change
                changed.append((record_of(before), record_of(after)))
        counting.count(connection, new, changed)
        polls.drop(connection, links.resolved)
        polls.keep(connection, links.waiting)
        queries.store_positions(connection, positions, sidecar=self._sidecar)
        queries.forget_positions(connection, ended)
        return made
