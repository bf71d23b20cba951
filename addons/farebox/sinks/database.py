"""The ledger as a sink: rows and the position in the spool in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ..errors import LedgerAwayError
from ..record import Record
from ..spool.reader import Position
from ..store import queries


@dataclass(frozen=True, slots=True)
class Written:
    """What one write did. `refused` are the rows that the database does not take, whatever company they come in."""

    records: Sequence[Record]
    refused: Sequence[Record]


class DatabaseSink:
    """Writes Records into `calls`."""

    def __init__(self, engine: Engine, *, sidecar: str | None = None) -> None:
        self._engine = engine
        self._sidecar = sidecar

    def write(
        self, records: Sequence[Record], positions: Mapping[str, Position], *, ended: Sequence[str] = ()
    ) -> Written:
        """Store `records` and how far the spools are read, and forget the spools that `ended`, in one transaction."""
        refused: list[Record] = []
        if not self._is_taken(records, positions, ended):
            refused = self._refused(records)
            sound = [record for record in records if record not in refused]
            if not self._is_taken(sound, positions, ended):
                raise LedgerAwayError("rows that were taken one by one are refused together")
            records = sound
        return Written(records, refused)

    def _refused(self, records: Sequence[Record]) -> list[Record]:
        """Return the rows that cannot be stored, found by halving; nothing of the search stays in the ledger."""
        if not records or self._is_taken(records, {}, (), keep=False):
            return []
        if len(records) == 1:
            return list(records)
        middle = len(records) // 2
        return self._refused(records[:middle]) + self._refused(records[middle:])

    def _is_taken(
        self,
        records: Sequence[Record],
        positions: Mapping[str, Position],
        ended: Sequence[str],
        *,
        keep: bool = True,
    ) -> bool:
        try:
            with self._engine.connect() as connection, connection.begin() as transaction:
                queries.insert_calls(connection, [msgspec.structs.asdict(record) for record in records])
                queries.store_positions(connection, positions, sidecar=self._sidecar)
                queries.forget_positions(connection, ended)
                if not keep:
                    transaction.rollback()
        except (OperationalError, PoolTimeout) as error:
            raise LedgerAwayError(str(error.orig if isinstance(error, DBAPIError) else error)[:200]) from error
        except (SQLAlchemyError, OverflowError, ValueError, TypeError):
            return False
        return True
