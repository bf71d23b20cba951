"""Queries of the ledger: spool positions, and rows of calls."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Select, String, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from ..records.times import in_utc
from ..spool.reader import Position
from .current import as_completed, at_current_prices
from .schema import calls, spool_positions
from .snapshot import snapshot
from .summary import Scope, within

_EVERY = Scope()
_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def store_positions(connection: Connection, positions: Mapping[str, Position], *, sidecar: str | None) -> None:
    """Store how far each spool is in the ledger."""
    if not positions:
        return
    rows = [
        {"spool": spool, "sidecar": sidecar, "segment": position.segment, "offset": position.offset}
        for spool, position in sorted(positions.items())
    ]
    connection.execute(_storing(connection.dialect.name), rows)


@cache
def _storing(dialect: str) -> Any:
    """Return the statement, which SQLAlchemy takes longer to build than the database to execute."""
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[dialect](spool_positions)
    names = ("sidecar", "segment", "offset")
    return insert.on_conflict_do_update(index_elements=["spool"], set_={name: insert.excluded[name] for name in names})


def forget_positions(connection: Connection, spools: Sequence[str]) -> None:
    """Delete the positions of spools that are removed."""
    if spools:
        connection.execute(delete(spool_positions).where(spool_positions.c.spool.in_(spools)))


def positions(engine: Engine) -> dict[str, Position]:
    """Return how far each spool is in the ledger."""
    with snapshot(engine) as connection:
        return {row.spool: Position(row.segment, row.offset) for row in connection.execute(select(spool_positions))}


def number_of_calls(engine: Engine, scope: Scope) -> int:
    """Return how many rows of `calls` are in `scope`."""
    with snapshot(engine) as connection:
        query = within(select(func.count()), scope)
        # Without conditions on what a call was, its completion changes nothing.
        return connection.scalar(as_completed(connection, query) if scope.where else query) or 0


def all_calls(engine: Engine, scope: Scope = _EVERY) -> Iterator[dict[str, Any]]:
    """Yield the rows of `calls` in `scope`, in the order of their start, with a thousand in memory."""
    with snapshot(engine) as connection:
        yield from calls_in(connection, scope)


def calls_in(connection: Connection, scope: Scope) -> Iterator[dict[str, Any]]:
    """Yield rows as `all_calls` does, as of the moment of `connection`."""
    ordered = within(select(calls), scope).order_by(calls.c.started_at, calls.c.id).execution_options(yield_per=1000)
    for row in connection.execute(at_current_prices(connection, ordered)).mappings():
        yield dict(row)


def first_start(connection: Connection, start: datetime | None = None) -> datetime | None:
    """Return when the first call began, of those that began at `start` or later; None without any."""
    query = select(func.min(calls.c.started_at))
    first: datetime | None = connection.scalar(query if start is None else query.where(calls.c.started_at >= start))
    return None if first is None else in_utc(first)


def calls_since(engine: Engine, start: datetime) -> list[dict[str, Any]]:
    """Return the rows of the calls that began at `start` or later, in that order."""
    ordered = select(calls).where(calls.c.started_at >= start).order_by(calls.c.started_at, calls.c.id)
    return _rows(engine, ordered)


def call_ids_since(engine: Engine, start: datetime) -> set[str]:
    """Return the ids of the calls that began at `start` or later."""
    with snapshot(engine) as connection:
        return set(connection.scalars(select(calls.c.id).where(calls.c.started_at >= start)))


def last_calls(engine: Engine, number: int) -> list[dict[str, Any]]:
    """Return the rows of the last `number` calls, in the order of their start."""
    return _latest(engine, select(calls), number)


def calls_by_id(engine: Engine, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows with these ids, in the order of their start."""
    wanted = select(calls).where(calls.c.id.in_(ids)).order_by(calls.c.started_at, calls.c.id)
    return _rows(engine, wanted)


def calls_named(engine: Engine, name: str, *, limit: int) -> list[dict[str, Any]]:
    """Return the latest `limit` rows whose id is `name`; without one, those whose id begins or ends with it, or whose
    id at the provider it is: in the order of their start.

    A whole id is found by the primary key; any other name is compared with every row.
    """
    if _ID.fullmatch(name) and (rows := calls_by_id(engine, [name.lower()])):
        return rows
    is_named = or_(calls.c.response_id == name, calls.c.provider_request_id == name)
    if len(name) >= 4:
        own = calls.c.id.cast(String)
        is_begun, is_ended = (
            match(name.lower(), autoescape=True, escape="\\") for match in (own.startswith, own.endswith)
        )
        is_named = or_(is_named, is_begun, is_ended)
    return _latest(engine, select(calls).where(is_named), limit)


def _latest(engine: Engine, query: Select[Any], number: int) -> list[dict[str, Any]]:
    """Return the last `number` rows of `query`, in the order of their start."""
    return _rows(engine, query.order_by(calls.c.started_at.desc(), calls.c.id.desc()).limit(number))[::-1]


def _rows(engine: Engine, query: Select[Any]) -> list[dict[str, Any]]:
    with snapshot(engine) as connection:
        return [dict(row) for row in connection.execute(at_current_prices(connection, query)).mappings()]
