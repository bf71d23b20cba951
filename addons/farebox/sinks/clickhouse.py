"""A ledger on ClickHouse as the sink that decides what is recorded: rows first, then the positions in the spool."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Engine

from ..records.record import Record
from ..spool.reader import Position
from ..store.clickhouse import spools
from ..store.clickhouse.retention import Retention
from ..store.clickhouse.writer import Writer
from .batch import NO_LINKS, Links, Written
from .stored_calls import StoredCalls


class ClickHouseSink(StoredCalls):
    """Appends Records to `calls`; it may be interrupted anywhere and then gets the same batch again."""

    def __init__(self, engine: Engine, *, sidecar: str | None = None, keep: timedelta | None = None) -> None:
        """`keep` is how long rows stay; None is for ever."""
        super().__init__(engine, spools.met, spools.unmet)
        self._writer = Writer(engine, sidecar=sidecar)
        self._retention = None if keep is None else Retention(engine, keep)

    def reconnect(self) -> None:
        """Forget the server's version: it may be another one."""
        self._engine.dispose()

    def purge(self) -> None:
        """Drop the months that are too old, if there may be any."""
        if self._retention is not None:
            self._retention.purge()

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
