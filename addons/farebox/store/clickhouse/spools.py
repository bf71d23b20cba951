"""How far each spool is stored, and results that wait for their row: the last row of each counts."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from ...spool.reader import Position
from ..current import as_completed
from ..polls import WAITING_LIMIT, Key, Poll
from ..schema import calls, pending_polls
from . import dbapi
from .rows import insert

# Larger than any segment's number times this, plus an offset in it.
_SEGMENT = 2**40
_GONE = 2**63


def store_positions(
    connection: dbapi.Connection, positions: Mapping[str, Position], ended: Sequence[str], *, sidecar: str | None
) -> None:
    """Store how far each spool is stored, and forget those that `ended`."""
    here = [
        {
            "spool": spool,
            "sidecar": sidecar,
            "segment": at.segment,
            "offset": at.offset,
            "gone": 0,
            "version": at.segment * _SEGMENT + at.offset,
        }
        for spool, at in sorted(positions.items())
    ]
    gone = [{"spool": one, "segment": 0, "offset": 0, "gone": 1, "version": _GONE} for one in sorted(ended)]
    rows: list[dict[str, Any]] = [*here, *gone]
    token = "positions:" + ",".join(f"{row['spool']}:{row['version']}" for row in rows)
    insert(connection, "spool_positions_log", rows, token)


def met(connection: Connection) -> set[str]:
    """Return the response ids that have both a waiting poll and a row."""
    return {key[2] for key in keys(connection) & _with_row(connection)}


def unmet(connection: Connection) -> list[bytes]:
    """Return the messages of the polls that no row is there for."""
    found = _with_row(connection)
    rows = connection.execute(select(pending_polls)).all()
    return [row.message for row in rows if (row.host, row.dialect, row.response_id) not in found]


def keys(connection: Connection) -> set[Key]:
    """Return the keys of the polls that wait."""
    columns = pending_polls.c
    return {
        (row[0], row[1], row[2])
        for row in connection.execute(select(columns.host, columns.dialect, columns.response_id))
    }


def _with_row(connection: Connection) -> set[Key]:
    """Return host, dialect and response id of the rows that a poll waits for."""
    waited = {key[2] for key in keys(connection)}
    if not waited:
        return set()
    query = select(calls.c.host, calls.c.dialect, calls.c.response_id).where(calls.c.response_id.in_(sorted(waited)))
    return {(row[0], row[1], row[2]) for row in connection.execute(as_completed(connection, query))}


def keep(connection: Connection, driver: dbapi.Connection, polls: Sequence[Poll]) -> None:
    """Store `polls` that wait: of each response the first of them, and in total the latest of them."""
    latest = {poll.key: poll for poll in reversed(polls)}
    if not latest:
        return
    _log(driver, ((poll.key, poll) for poll in latest.values()))
    columns = pending_polls.c
    rows = connection.execute(select(columns.host, columns.dialect, columns.response_id).order_by(columns.started_at))
    keys: list[Key] = [(row[0], row[1], row[2]) for row in rows]
    drop(driver, keys[:-WAITING_LIMIT])


def drop(driver: dbapi.Connection, keys: Iterable[Key]) -> None:
    """Forget the waiting polls with `keys`."""
    _log(driver, ((key, None) for key in keys))


def _log(driver: dbapi.Connection, polls: Iterable[tuple[Key, Poll | None]]) -> None:
    now = time.time_ns()
    rows = [
        {
            "host": host,
            "dialect": dialect,
            "response_id": response_id,
            "started_at": poll.started_at if poll else 0,
            "message": poll.message.hex() if poll else "",
            "gone": int(poll is None),
            "version": now + place,
        }
        for place, ((host, dialect, response_id), poll) in enumerate(polls)
    ]
    insert(driver, "pending_polls_log", rows, f"polls:{now}")
