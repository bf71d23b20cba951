"""Writes to the hourly tables: amounts are added to the rows that exist."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, delete, text
from sqlalchemy.dialects import postgresql, sqlite

from ..schema import hourly, hourly_changes
from ..sqlite import as_stored
from .aggregation import Place
from .tables import ADDED, BY_CALLER, ROLLUP_TABLES, RollupTable, known

_SIDECAR = BY_CALLER.dimensions.index("sidecar")


class Row(NamedTuple):
    """A row of hourly sums, or the change of one: the amounts of its table's `numbers`."""

    hour: datetime
    key: bytes
    dimensions: tuple[Any, ...]
    numbers: Sequence[int]


def rows(places: Mapping[Place, Sequence[int]]) -> list[Row]:
    """Return `places` as rows, in the order in which every transaction writes them, so that none is deadlocked."""
    return sorted(Row(hour, key_of(dimensions), dimensions, numbers) for (hour, dimensions), numbers in places.items())


def key_of(dimensions: Sequence[Any]) -> bytes:
    """Return the hash of `dimensions` for the table's key, in which a NULL would equal nothing.

    Rows without a value of the dimensions that were added later keep the key that they had before.
    """
    end = len(dimensions)
    while end > len(dimensions) - ADDED and dimensions[end - 1] is None:
        end -= 1
    return blake2b(msgspec.json.encode(dimensions[:end]), digest_size=16).digest()


def add(connection: Connection, rollup: RollupTable, changes: Sequence[Row]) -> None:
    """Add `changes` to the rows of `rollup`, and delete rows that have no call left."""
    if not changes:
        return
    put = {"sqlite": _execute, "postgresql": _populate}[connection.dialect.name]
    put(connection, rollup, changes)
    if fewer := [row for row in changes if row.numbers[0] < 0]:
        drop_empty(connection, rollup, fewer)
    if rollup is BY_CALLER:
        note(connection, {(row.hour, row.dimensions[_SIDECAR]) for row in changes})


def note(connection: Connection, places: Collection[tuple[datetime, str | None]]) -> None:
    """Count that the sums by caller of these hours and sidecars change; it comes last in a transaction."""
    named = sorted({(hour, sidecar or "") for hour, sidecar in places})
    rows = [{"hour": hour, "sidecar": sidecar, "revision": 1} for hour, sidecar in named]
    connection.execute(_noting(connection.dialect.name), rows)


@cache
def _noting(dialect: str) -> Any:
    # Built once: SQLAlchemy takes longer for that than the database for the statement.
    of = hourly_changes.c
    put: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[dialect]
    return put(hourly_changes).on_conflict_do_update(
        index_elements=[of.hour, of.sidecar], set_={"revision": of.revision + 1}
    )


def drop_empty(connection: Connection, rollup: RollupTable, rows: Sequence[Row]) -> None:
    """Delete those of `rows` that no call is left in."""
    table = hourly[rollup.table]
    here = (table.c.hour == bindparam("at"), table.c.key == bindparam("of"), table.c.calls == 0)
    connection.execute(delete(table).where(*here), [{"at": row.hour, "of": row.key} for row in rows])


def hold(connection: Connection, rollups: Sequence[RollupTable] = ROLLUP_TABLES) -> None:
    """Let nobody else change the sums of `rollups` until the transaction ends.

    It comes before any other lock of the transaction. On SQLite, the transaction's own lock suffices.
    """
    if connection.dialect.name == "postgresql":
        names = ", ".join(rollup.table for rollup in rollups)
        connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))


def _execute(connection: Connection, rollup: RollupTable, changes: Sequence[Row]) -> None:
    source = f"VALUES ({', '.join('?' * len(rollup.columns))})"
    rows = [(as_stored(row.hour), row.key, *row.dimensions, *values(rollup, row.numbers)) for row in changes]
    connection.exec_driver_sql(_upsert(rollup, source), rows)


def _populate(connection: Connection, rollup: RollupTable, changes: Sequence[Row]) -> None:
    """Add all in one statement: JSON is the fastest way to write so many columns, most of them NULL."""
    names = (*rollup.dimensions, *rollup.numbers)
    rows = []
    for row in changes:
        named = zip(names, (*row.dimensions, *values(rollup, row.numbers)), strict=True)
        rows.append(
            {"hour": row.hour, "key": f"\\x{row.key.hex()}"}
            | {name: value for name, value in named if value is not None}
        )
    document = msgspec.json.encode(rows).decode()
    columns = ", ".join(rollup.columns)
    source = f"SELECT {columns} FROM json_populate_recordset(NULL::{rollup.table}, %s::json)"  # noqa: S608 - our own names
    connection.exec_driver_sql(_upsert(rollup, source), (document,))


@cache
def _upsert(rollup: RollupTable, source: str) -> str:
    here = rollup.table
    changes = [f"calls = {here}.calls + excluded.calls"]
    for name in rollup.measures:
        number = f"{here}.{known(name)} + excluded.{known(name)}"
        amount = f"coalesce({here}.{name}, 0) + coalesce(excluded.{name}, 0)"
        changes += f"{known(name)} = {number}", f"{name} = CASE WHEN {number} = 0 THEN NULL ELSE {amount} END"
    for name in rollup.buckets:
        changes.append(f"{name} = nullif(coalesce({here}.{name}, 0) + coalesce(excluded.{name}, 0), 0)")
    into = f"INSERT INTO {here} ({', '.join(rollup.columns)})"
    return f"{into} {source} ON CONFLICT (hour, key) DO UPDATE SET {', '.join(changes)}"


def values(rollup: RollupTable, numbers: Sequence[int]) -> list[int | None]:
    """Return `numbers` as the values of their columns: a sum that no call has is NULL, and so is a bucket of none."""
    first = 1 + 2 * len(rollup.measures)
    found: list[int | None] = [number or None for number in numbers]
    found[0] = numbers[0]
    for place in range(1, first, 2):
        found[place + 1] = numbers[place + 1]
        if numbers[place + 1]:
            found[place] = numbers[place]
    return found
