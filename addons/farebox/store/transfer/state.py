"""What a ledger on SQLite or Postgres has beside calls: polls that wait, notifications, sums of deleted calls."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from ...records.times import in_utc
from .. import polls
from ..polls import Poll
from ..rollups.ranges import HOUR, floor
from ..rollups.tables import BY_MODEL, ROLLUP_TABLES, RollupTable
from ..rollups.upsert import note
from ..schema import IS_CALL, alert_deliveries, alert_events, calls, hourly, pending_polls

_INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_AT_ONCE = 500
_SUMS = hourly[BY_MODEL.table]


def polls_of(connection: Connection) -> list[Poll]:
    """Return the polls that wait for a row."""
    query = select(pending_polls).order_by(pending_polls.c.started_at)
    return [Poll(**row) for row in connection.execute(query).mappings()]


def put_polls(connection: Connection, waiting: Sequence[Poll]) -> None:
    """Store the polls that wait, and forget those that no longer do."""
    keys = {poll.key for poll in waiting}
    polls.drop(connection, [poll.key for poll in polls_of(connection) if poll.key not in keys])
    polls.keep(connection, waiting)


def put_alerts(connection: Connection, source: Connection) -> None:
    """Store the events that somebody was told of or is to be, and where they are on their way."""
    put = _INSERT[connection.dialect.name]
    for rows in source.execute(select(alert_events)).mappings().partitions(_AT_ONCE):
        events = [row["event"] for row in rows]
        # Of a budget's threshold, an event of its own may be here already: it stays.
        connection.execute(put(alert_events).on_conflict_do_nothing(), [_in_utc(row) for row in rows])
        stored = set(connection.scalars(select(alert_events.c.event).where(alert_events.c.event.in_(events))))
        connection.execute(delete(alert_deliveries).where(alert_deliveries.c.event.in_(stored)))
        wanted = source.execute(select(alert_deliveries).where(alert_deliveries.c.event.in_(stored))).mappings()
        if deliveries := [_in_utc(row) for row in wanted]:
            connection.execute(insert(alert_deliveries), deliveries)


def old_hours(source: Connection) -> list[datetime]:
    """Return the hours whose sums count calls that are deleted, the first one first."""
    begun = source.scalar(select(func.min(calls.c.started_at)))
    first = floor(in_utc(begun)) if begun else None
    query = select(_SUMS.c.hour, func.sum(_SUMS.c.calls)).group_by(_SUMS.c.hour).order_by(_SUMS.c.hour)
    rows = source.execute(query if first is None else query.where(_SUMS.c.hour <= first))
    counted = {in_utc(hour): int(number) for hour, number in rows}
    if first in counted:
        here = (calls.c.started_at >= first, calls.c.started_at < first + HOUR, IS_CALL)
        if (source.scalar(select(func.count()).where(*here)) or 0) >= counted[first]:
            del counted[first]
    return list(counted)


def put_old_sums(connection: Connection, source: Connection) -> None:
    """Store the hourly sums of the hours whose calls are deleted: no call can make them again."""
    hours = old_hours(source)
    for first in range(0, len(hours), _AT_ONCE):
        some = hours[first : first + _AT_ONCE]
        for rollup in ROLLUP_TABLES:
            _replace(connection, source, rollup, some)
        note(connection, [(hour, None) for hour in some])


def _replace(connection: Connection, source: Connection, rollup: RollupTable, hours: Sequence[datetime]) -> None:
    table = hourly[rollup.table]
    connection.execute(delete(table).where(table.c.hour.in_(hours)))
    rows = source.execute(select(table).where(table.c.hour.in_(hours))).mappings()
    for some in rows.partitions(_AT_ONCE):
        connection.execute(insert(table), [_in_utc(row) for row in some])


def _in_utc(row: RowMapping) -> dict[str, Any]:
    """Return `row` with a zone in its times: SQLite has none, and Postgres would take them for local ones."""
    return {name: in_utc(value) if isinstance(value, datetime) else value for name, value in row.items()}
