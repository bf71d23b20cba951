"""The ledger as a sink: rows and the position in the spool in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import uuid_utils
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError, StatementError

from ..errors import LedgerAwayError
from ..records.record import Completion, Record
from ..spool.reader import Position
from ..store import faults, polls, queries
from ..store.engine import name, writer
from ..store.maintenance import Maintenance
from ..store.rollups import counting
from ..store.rows import insert_calls, record_of
from .batch import NO_LINKS, Batch, Links, Written
from .plain_record import plain
from .stored_calls import StoredCalls

_TRIES = 3


class _RefusedError(Exception):
    """The database does not accept a batch; the text names the kind of its error, without any value of a row."""


class DatabaseSink(StoredCalls):
    """Writes Records into `calls`."""

    def __init__(
        self,
        engine: Engine,
        *,
        sidecar: str | None = None,
        keep: timedelta | None = None,
        keep_callers: timedelta | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`keep` is how long rows stay, `keep_callers` how long hourly sums have their callers; None is for ever."""
        super().__init__(engine)
        self._sidecar = sidecar
        self._maintenance = Maintenance(engine, keep, now, keep_callers=keep_callers)
        # The rows of a batch that was refused whole: searching it again at each try would take thousands of statements.
        self._refused_whole: frozenset[str] = frozenset()

    def reconnect(self) -> None:
        """Close all connections; they are opened again when needed."""
        self._engine.dispose()

    def purge(self) -> None:
        """Delete some of the rows that are too old, if there may be any."""
        self._maintenance.purge()

    def write(
        self,
        records: Sequence[Record],
        positions: Mapping[str, Position],
        *,
        ended: Sequence[str] = (),
        links: Links = NO_LINKS,
        keep_refused: Callable[[Record], None] = lambda _record: None,
    ) -> Written:
        """Store `records`, their links and the positions in the spools, and forget the spools that `ended`.

        All in one transaction, before which `keep_refused` gets each row that the database refuses.
        LedgerAwayError, and nothing is stored, if it refuses every row, also with plain values.
        """
        self._maintenance.make_room(records)
        batch = Batch(records, positions, ended, links)
        try:
            return Written(records, self._store(batch), [])
        except _RefusedError as refusal:
            kind = str(refusal)
        refused, lost = self._refused(batch, kind)
        for row in (*refused, *(completion.after for completion in lost)):
            keep_refused(row)
        sound = replace(
            batch,
            records=[record for record in records if record not in refused],
            links=replace(links, completions=[one for one in links.completions if one not in lost]),
        )
        refused = [*refused, *(completion.after for completion in lost)]
        try:
            return Written(sound.records, self._store(sound), refused)
        except _RefusedError:
            written = self._one_by_one(sound, keep_refused)
            return replace(written, refused=[*refused, *written.refused])

    def _refused(self, batch: Batch, kind: str) -> tuple[list[Record], list[Completion]]:
        """Return the rows and completions that are refused on their own."""
        changes = batch.links.completions
        ids = {*(record.id for record in batch.records), *(one.after.id for one in changes)}
        if ids and self._refused_whole.issuperset(ids):
            self._check_plain(batch, kind)
        self._refused_whole = frozenset()
        refused = self._search(batch.records)
        lost = [one for one in changes if not self._accepts(Batch(links=Links([one])))]
        if len(refused) == len(batch.records) and len(lost) == len(changes):
            self._refused_whole = frozenset(ids)
        if len(refused) == len(batch.records):
            self._check_plain(Batch(batch.records), kind)
        if len(lost) == len(changes):
            self._check_plain(Batch(links=Links(changes)), kind)
        return refused, lost

    def _search(self, records: Sequence[Record]) -> list[Record]:
        """Return the rows that cannot be stored, found by halving; nothing of the search stays in the ledger."""
        if not records or self._accepts(Batch(records)):
            return []
        if len(records) == 1:
            return list(records)
        middle = len(records) // 2
        return self._search(records[:middle]) + self._search(records[middle:])

    def _check_plain(self, batch: Batch, kind: str) -> None:
        """Raise LedgerAwayError if `batch` is refused with plain values too: then the rows are not at fault."""
        now = datetime.now(UTC)
        rows = [
            msgspec.structs.replace(plain(record), id=str(uuid_utils.uuid7()), started_at=now)
            for record in batch.records
        ]
        changes = [Completion(one.before, plain(one.after)) for one in batch.links.completions]
        if not self._accepts(Batch(rows, links=Links(changes))):
            trouble = f"refuses every call, also with plain values ({kind}): check its constraints and triggers"
            raise LedgerAwayError(f"ledger {name(self._engine)} {trouble}", f"it {trouble}")

    def _one_by_one(self, batch: Batch, keep_refused: Callable[[Record], None]) -> Written:
        """Store in a transaction each what is refused only together, such as rows whose sum is too large."""
        rest = replace(batch, records=(), links=replace(batch.links, completions=()))
        if not self._accepts(rest):
            raise LedgerAwayError("the ledger refuses to store how far the spool is read")
        new, changed, refused = list[Record](), list[Completion](), list[Record]()
        for record in batch.records:
            try:
                self._store(Batch([record]))
                new.append(record)
            except _RefusedError:
                refused.append(record)
        for completion in batch.links.completions:
            try:
                changed += self._store(Batch(links=Links([completion])))
            except _RefusedError:
                refused.append(completion.after)
        for record in refused:
            keep_refused(record)
        # Last, so that an interrupted batch is read again.
        self._store(rest)
        return Written(new, changed, refused)

    def _accepts(self, batch: Batch) -> bool:
        """Return whether the database accepts `batch`, without storing it."""
        try:
            self._store(batch, keep=False)
        except _RefusedError:
            return False
        return True

    def _store(self, batch: Batch, *, keep: bool = True) -> Sequence[Completion]:
        """Store `batch` and return the completions that were made; _RefusedError, LedgerAwayError."""
        tries, are_new = 0, True
        while True:
            tries += 1
            try:
                with writer(self._engine).connect() as connection, connection.begin() as transaction:
                    made = self._put(connection, batch, are_new=are_new)
                    if not keep:
                        transaction.rollback()
                    return made
            except (SQLAlchemyError, OverflowError, ValueError, TypeError) as error:
                if are_new and isinstance(error, IntegrityError) and faults.is_duplicate(error):
                    # The batch is repeated: some rows are in the ledger.
                    are_new = False
                    continue
                if faults.is_refusal(error):
                    raise _RefusedError(_kind(error)) from error
                if not faults.is_conflict(error) or tries == _TRIES:
                    raise faults.away(self._engine, error) from error

    def _put(self, connection: Connection, batch: Batch, *, are_new: bool) -> Sequence[Completion]:
        new = insert_calls(connection, batch.records, are_new=are_new)
        made, changed = [], []
        # In the order of their ids, so that no two transactions wait for each other.
        for completion in sorted(batch.links.completions, key=lambda one: one.after.id):
            # Another recorder may have completed the row by now.
            if (change := polls.complete(connection, msgspec.structs.asdict(completion.after))) is not None:
                made.append(completion)
                before, after = change
                changed.append((record_of(before), record_of(after)))
        counting.count(connection, new, changed)
        polls.drop(connection, batch.links.resolved)
        polls.keep(connection, batch.links.waiting)
        queries.store_positions(connection, batch.positions, sidecar=self._sidecar)
        queries.forget_positions(connection, batch.ended)
        return made


def _kind(error: Exception) -> str:
    """Name `error` by its class and constraint: its text can quote the row."""
    origin = error.orig if isinstance(error, StatementError) and error.orig else error
    kind: str = getattr(origin, "sqlite_errorname", None) or type(origin).__name__
    constraint = getattr(getattr(origin, "diag", None), "constraint_name", None)
    return f"{kind}, {constraint}" if constraint else kind
