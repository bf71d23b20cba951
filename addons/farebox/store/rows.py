"""Writes Records to the table `calls`, each once, and reads them back."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import JSON, Connection, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError

from ..records.columns import NAMES
from ..records.record import Record
from ..records.times import in_utc
from .faults import is_duplicate
from .savepoint import savepoint
from .schema import as_json, calls
from .sqlite import as_stored

_JSON = tuple(place for place, column in enumerate(calls.columns) if isinstance(column.type, JSON))
_STARTED_AT = NAMES.index("started_at")
_NAMES = ", ".join(f'"{name}"' for name in NAMES)
_COPY = f"COPY calls ({_NAMES}) FROM STDIN"
_INSERT = str(insert(calls).compile(dialect=sqlite.dialect()))


def insert_calls(connection: Connection, records: Sequence[Record], *, are_new: bool = False) -> Sequence[Record]:
    """Insert `records` and return the new ones; a row whose id exists already is left as it is.

    If all `are_new`, that isn't prepared for, which saves two statements: a duplicate then breaks the transaction.
    """
    put = _copy if connection.dialect.name == "postgresql" else _execute
    if are_new and records:
        put(connection, records)
        return records
    # Records are new, except in a batch that is repeated because the answer to its commit was lost.
    new = records
    while new:
        try:
            with savepoint(connection):
                put(connection, new)
                return new
        except IntegrityError as error:
            refused = error
        absent = _absent(connection, new) if is_duplicate(refused) else new
        if len(absent) == len(new):
            raise refused
        new = absent
    return new


def record_of(row: Mapping[str, Any]) -> Record:
    """Return the Record of a row of the ledger."""
    return Record(**{**row, "started_at": in_utc(row["started_at"])})


def _absent(connection: Connection, records: Sequence[Record]) -> Sequence[Record]:
    """Return the `records` that are not in the ledger, each once."""
    by_id = {record.id: record for record in reversed(records)}
    starts = [record.started_at for record in records]
    # The times let Postgres skip other partitions.
    here = (calls.c.id.in_(by_id), calls.c.started_at >= min(starts), calls.c.started_at <= max(starts))
    known = set(connection.scalars(select(calls.c.id).where(*here)))
    return [record for record in reversed(by_id.values()) if record.id not in known]


def _execute(connection: Connection, records: Sequence[Record]) -> None:
    rows = [_row(record) for record in records]
    for row in rows:
        row[_STARTED_AT] = as_stored(row[_STARTED_AT])
    connection.exec_driver_sql(_INSERT, [tuple(row) for row in rows])


def _copy(connection: Connection, records: Sequence[Record]) -> None:
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
            for record in records:
                copy.write_row(_row(record))
    except Exception as error:
        # SQLAlchemy wraps errors of its own statements in the same way.
        raise DBAPIError.instance(
            _COPY,
            None,
            error,
            connection.dialect.loaded_dbapi.Error,
            hide_parameters=True,
            dialect=connection.dialect,
        ) from error


def _row(record: Record) -> list[Any]:
    row = list(msgspec.structs.astuple(record))
    for place in _JSON:
        if row[place] is not None:
            row[place] = as_json(row[place])
    return row
