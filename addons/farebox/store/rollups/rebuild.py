"""Compares hourly sums with the calls, and rebuilds the wrong ones from these."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, delete, func, insert, select

from ...records.times import in_utc
from ..appending import refuse_appending
from ..current import at_current_prices
from ..engine import writer
from ..faults import reachable
from ..schema import IS_CALL, calls
from ..schema import hourly as tables
from . import callers
from .expressions import dimension, numbers
from .ranges import HOUR, floor
from .tables import BY_CALLER, BY_MODEL, ROLLUP_TABLES, RollupTable
from .upsert import hold, key_of, note, values

_ANY = datetime.min.replace(tzinfo=UTC)
# The rows of one hour, by key: dimensions and numbers.
_Rows = Mapping[bytes, Sequence[Any]]


def rebuild(engine: Engine, start: datetime | None = None, end: datetime | None = None) -> int:
    """Correct the sums of the hours with calls, from `start` on and before `end`; return how many hours were wrong.

    Each hour is a transaction, which recorders wait for.
    """
    refuse_appending(engine, "hourly sums are queries of the calls", "they can't differ, so leave --rebuild out")
    corrected, at = 0, start
    with reachable(engine):
        while True:
            with writer(engine).begin() as connection:
                hold(connection)
                hour = _next_hour(connection, at)
                if hour is None or (end is not None and hour >= end):
                    return corrected
                corrected += correct(connection, hour)
            at = hour + HOUR


def correct(connection: Connection, hour: datetime) -> bool:
    """Replace the sums of `hour` if they are not those of its calls; return whether that was so.

    An hour with deleted calls is left as it is: its sums count these too.
    """
    fresh = {rollup: _fresh(connection, rollup, hour) for rollup in ROLLUP_TABLES}
    wrong = [
        rollup for rollup in ROLLUP_TABLES if not _is_right(rollup, _kept(connection, rollup, hour), fresh[rollup])
    ]
    if not wrong or not _is_whole(connection, hour):
        return False
    for rollup in wrong:
        _replace(connection, rollup, hour, fresh[rollup])
    return True


def _is_right(rollup: RollupTable, kept: _Rows, fresh: _Rows) -> bool:
    # Retention removes callers from the sums, while the calls may still have theirs.
    return kept == fresh or (rollup is BY_CALLER and kept == _without_callers(fresh))


def _without_callers(rows: _Rows) -> _Rows:
    width = len(BY_CALLER.dimensions)
    read = ((_ANY, row[:width], [number or 0 for number in row[width:]]) for row in rows.values())
    places = callers.merged(read, callers.CALLER)
    return {key_of(left): (*left, *values(BY_CALLER, numbers)) for (_, left), numbers in places.items()}


def _kept(connection: Connection, rollup: RollupTable, hour: datetime) -> _Rows:
    table = tables[rollup.table]
    columns = [table.c[name] for name in ("key", *rollup.dimensions, *rollup.numbers)]
    rows = connection.execute(select(*columns).where(table.c.hour == hour))
    return {bytes(key): tuple(row) for key, *row in rows}


def _next_hour(connection: Connection, start: datetime | None) -> datetime | None:
    query = select(func.min(calls.c.started_at))
    first: datetime | None = connection.scalar(query if start is None else query.where(calls.c.started_at >= start))
    if first is None:
        return None
    return floor(in_utc(first))


def _is_whole(connection: Connection, hour: datetime) -> bool:
    table = tables[BY_MODEL.table]
    counted = connection.scalar(select(func.coalesce(func.sum(table.c.calls), 0)).where(table.c.hour == hour))
    in_it = (calls.c.started_at >= hour, calls.c.started_at < hour + HOUR, IS_CALL)
    return int(connection.scalar(select(func.count()).where(*in_it)) or 0) >= int(counted or 0)


def _fresh(connection: Connection, rollup: RollupTable, hour: datetime) -> _Rows:
    query = at_current_prices(connection, _sums_of_an_hour(rollup))
    width, first = len(rollup.dimensions), len(rollup.dimensions) + len(rollup.numbers) - len(rollup.buckets)
    found = {}
    for row in connection.execute(query, {"begins": hour, "ends": hour + HOUR}):
        # Postgres sums BIGINT to NUMERIC; an empty bucket is NULL.
        sums = (None if amount is None else int(amount) for amount in row[width:first])
        found[key_of(row[:width])] = (*row[:width], *sums, *(count or None for count in row[first:]))
    return found


@cache
def _sums_of_an_hour(rollup: RollupTable) -> Select[Any]:
    keys = [dimension(name).label(name) for name in rollup.dimensions]
    begins, ends = (bindparam(name, type_=calls.c.started_at.type) for name in ("begins", "ends"))
    query = select(*keys, *numbers(rollup)).where(calls.c.started_at >= begins, calls.c.started_at < ends, IS_CALL)
    return query.group_by(*keys)


def _replace(connection: Connection, rollup: RollupTable, hour: datetime, rows: _Rows) -> None:
    table = tables[rollup.table]
    connection.execute(delete(table).where(table.c.hour == hour))
    names = (*rollup.dimensions, *rollup.numbers)
    made = [{"hour": hour, "key": key, **dict(zip(names, row, strict=True))} for key, row in rows.items()]
    if made:
        connection.execute(insert(table), made)
    note(connection, [(hour, None)])
