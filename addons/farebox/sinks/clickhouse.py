"""A ledger on ClickHouse as the sink that decides what is recorded: rows first, then the positions in the spool."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import Engine

from ..records.record import Record
from ..spool.reader import Position
from ..store import polls
from ..store.clickhouse import spools
from ..store.clickhouse.writer import Writer
from ..store.rows import record_of
from ..store.snapshot import snapshot
from .batch import NO_LINKS, Found, Links, Written


class ClickHouseSink:
    """Appends Records to `calls`; it may be interrupted anywhere and then gets the same batch again."""

    def __init__(self, engine: Engine, *, sidecar: str | None = None) -> None:
        self._engine = engine
        self._writer = Writer(engine, sidecar=sidecar)

    def reconnect(self) -> None:
        """Forget the server's version: it may be another one."""
        self._engine.dispose()

    def purge(self) -> None:
        """Old calls stay."""

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
            ids = spools.met(connection)
        return self.find(ids)

    def find_unmet(self) -> Sequence[bytes]:
        """Return the messages of polls that wait for a row which does not exist."""
        with snapshot(self._engine) as connection:
            return spools.unmet(connection)

    def write(
        self,
        records: Sequence[Record],
        positions: Mapping[str, Position],
        *,
        ended: Sequence[str] = (),
        links: Links = NO_LINKS,
        keep_refused: Callable[[Record], None] = lambda _record: None,
    ) -> Written:
        """Store `records`, their links and, last, the positions in the spools, and forget the spools that `ended`.

        Before the positions, `keep_refused` gets each row that ClickHouse refuses. LedgerAwayError: what is stored
        already is recognised when the batch comes again.
        """
        refused = self._writer.calls(records)
        for record in refused:
            keep_refused(record)
        made = self._writer.completions(links.completions)
        self._writer.links(links.resolved, links.waiting)
        self._writer.positions(positions, ended)
        stored = [record for record in records if record not in refused] if refused else records
        return Written(stored, made, refused)
