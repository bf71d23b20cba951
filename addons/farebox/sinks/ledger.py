"""What the recorder needs of a ledger: one that has transactions, or one that only appends."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from ..errors import SettingsError
from ..records.record import Record
from ..spool.reader import Position
from ..store.appending import is_appending
from ..store.engine import Engine
from .batch import Found, Links, Written
from .database import DatabaseSink


class LedgerSink(Protocol):
    """Stores batches, each call once, whichever process or server ends meanwhile."""

    def reconnect(self) -> None:
        """Close all connections; they are opened again when needed."""

    def purge(self) -> None:
        """Delete some of the rows that are too old, if there may be any."""

    def find(self, response_ids: Collection[str]) -> Found:
        """Return what the ledger has of `response_ids`."""
        ...

    def rows_of(self, response_ids: Collection[str]) -> Sequence[Record]:
        """Return the rows of `response_ids`."""
        ...

    def find_met(self) -> Found:
        """Return the polls that wait although a row of their response id exists, and these rows."""
        ...

    def find_unmet(self) -> Sequence[bytes]:
        """Return the messages of polls that wait for a row which does not exist."""
        ...

    def write(
        self,
        records: Sequence[Record],
        positions: Mapping[str, Position],
        *,
        ended: Sequence[str] = ...,
        links: Links = ...,
        keep_refused: Callable[[Record], None] = ...,
    ) -> Written:
        """Store `records`, their links and the positions in the spools, and forget the spools that `ended`.

        `keep_refused` gets each row that the ledger refuses. LedgerAwayError: the same batch comes again.
        """
        ...


def ledger_sink(
    engine: Engine, *, sidecar: str | None, keep: timedelta | None = None, keep_callers: timedelta | None = None
) -> LedgerSink:
    """Return the sink for the ledger of `engine`; SettingsError for what that ledger can't do."""
    if not is_appending(engine):
        return DatabaseSink(engine, sidecar=sidecar, keep=keep, keep_callers=keep_callers)
    if keep_callers is not None:
        raise SettingsError(
            "retention.hourly: on ClickHouse, hourly sums are those of the calls and keep their callers: remove the "
            "setting; with retention.calls, old months go with their sums"
        )
    from .clickhouse import ClickHouseSink  # noqa: PLC0415 - other ledgers don't need it

    return ClickHouseSink(engine, sidecar=sidecar, keep=keep)
