"""What a ledger has of work that spans calls: rows by their response id, and polls that wait for one."""

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import Connection, Engine

from ..records.record import Record
from ..store import polls
from ..store.rows import record_of
from ..store.snapshot import snapshot
from .batch import Found


class StoredCalls:
    """Reads a ledger; `met` and `unmet` are its queries for polls with and without a row."""

    def __init__(
        self,
        engine: Engine,
        met: Callable[[Connection], Collection[str]] = polls.met,
        unmet: Callable[[Connection], Sequence[bytes]] = polls.unmet,
    ) -> None:
        self._engine = engine
        self._met = met
        self._unmet = unmet

    def find(self, response_ids: Collection[str]) -> Found:
        """Return what the ledger has of `response_ids`."""
        if not response_ids:
            return Found()
        with snapshot(self._engine) as connection:
            rows = polls.rows_of(connection, response_ids)
            return Found([record_of(row) for row in rows], polls.waiting(connection, response_ids))

    def rows_of(self, response_ids: Collection[str]) -> Sequence[Record]:
        """Return the rows of `response_ids`."""
        with snapshot(self._engine) as connection:
            return [record_of(row) for row in polls.rows_of(connection, response_ids)]

    def find_met(self) -> Found:
        """Return the polls that wait although a row of their response id exists, and these rows."""
        with snapshot(self._engine) as connection:
            ids = self._met(connection)
        return self.find(ids)

    def find_unmet(self) -> Sequence[bytes]:
        """Return the messages of polls that wait for a row which does not exist."""
        with snapshot(self._engine) as connection:
            return self._unmet(connection)
