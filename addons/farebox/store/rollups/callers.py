"""Hourly sums without their callers: rows that differ only in the caller become one, so that no sum changes."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select

from ...records.times import in_utc
from ..schema import hourly
from . import upsert
from .aggregation import Place
from .tables import BY_CALLER, BY_MODEL
from .upsert import Row

# The columns that only `hourly_by_caller` has.
CALLER = tuple(name for name in BY_CALLER.dimensions if name not in BY_MODEL.dimensions)
_TABLE = hourly[BY_CALLER.table]


def find(connection: Connection, condition: ColumnElement[bool], limit: int) -> list[Row]:
    """Return up to `limit` rows that meet `condition`, the oldest first."""
    columns = [_TABLE.c[name] for name in BY_CALLER.columns]
    query = select(*columns).where(condition).order_by(_TABLE.c.hour, _TABLE.c.key).limit(limit)
    width = 2 + len(BY_CALLER.dimensions)
    return [
        Row(in_utc(row[0]), bytes(row[1]), tuple(row[2:width]), [number or 0 for number in row[width:]])
        for row in connection.execute(query)
    ]


def clear(connection: Connection, rows: Sequence[Row], names: Collection[str]) -> None:
    """Set the columns `names` of `rows` to NULL, and merge rows that are alike then.

    The transaction must hold the sums (`upsert.hold`) since before it read `rows`.
    """
    if not rows:
        return
    here = (_TABLE.c.hour == bindparam("at"), _TABLE.c.key == bindparam("of"))
    connection.execute(delete(_TABLE).where(*here), [{"at": row.hour, "of": row.key} for row in rows])
    changes = upsert.rows(merged(((row.hour, row.dimensions, row.numbers) for row in rows), names))
    upsert.add(connection, BY_CALLER, changes)
    # A call that was completed or repriced after its hour was cleared has left a row that takes away what it adds.
    upsert.drop_empty(connection, BY_CALLER, changes)


def merged(
    rows: Iterable[tuple[datetime, Sequence[Any], Sequence[int]]], names: Collection[str]
) -> dict[Place, Sequence[int]]:
    """Return the numbers of `rows`, each an hour, its dimensions and numbers, without the dimensions `names`."""
    cleared = [name in names for name in BY_CALLER.dimensions]
    found: dict[Place, Sequence[int]] = {}
    for hour, dimensions, numbers in rows:
        left = tuple(None if is_gone else value for is_gone, value in zip(cleared, dimensions, strict=True))
        place = (hour, left)
        found[place] = [a + b for a, b in zip(found[place], numbers, strict=True)] if place in found else numbers
    return found
