"""Calls at their current prices: the latest revision of a price replaces the recorded one."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    FromClause,
    Subquery,
    and_,
    case,
    column,
    func,
    select,
    text,
)
from sqlalchemy.sql import visitors

from .schema import call_prices, calls

# The columns that a revision replaces; no price changes the others.
REVISED = tuple(
    column.name for column in call_prices.columns if column.name in calls.columns and column.name != "started_at"
)


# No price was stored before it.
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def at_current_prices[Query: Executable](connection: Connection, query: Query) -> Query:
    """Return `query`, which reads `calls`, so that it reads each call at its current price.

    If no call was ever repriced, it is the query itself, at no extra cost.
    """
    if connection.dialect.name == "clickhouse":
        return _appended(connection, query, None)
    if connection.execute(select(call_prices.c.revision).limit(1)).first() is None:
        return query
    return _read_from(query, _current())


def as_completed[Query: Executable](connection: Connection, query: Query) -> Query:
    """Return `query`, which reads `calls`, so that it reads completed calls, at their recorded prices.

    Where completed rows are overwritten, it is the query itself.
    """
    return _appended(connection, query, _FIRST) if connection.dialect.name == "clickhouse" else query


def at_prices_of[Query: Executable](connection: Connection, query: Query, moment: datetime) -> Query:
    """Return `query`, which reads `calls`, so that it reads each call at the price that it had at `moment`."""
    if connection.dialect.name == "clickhouse":
        return _read_from(query, _added(connection, moment))
    return _read_from(query, _current(before=moment))


def _appended[Query: Executable](connection: Connection, query: Query, before: datetime | None) -> Query:
    """Return `query` so that it reads the changes too that stand beside the calls, of prices those `before`."""
    if connection.execute(text("SELECT 1 FROM call_changes LIMIT 1")).first() is None:
        return query
    return _read_from(query, _added(connection, before))


def _added(connection: Connection, before: datetime | None) -> Subquery:
    from .clickhouse import views  # noqa: PLC0415 - other ledgers don't need it

    version: Any = connection.dialect.server_version_info
    # A colon would be read as a parameter.
    read = text(views.current(version, before).replace(":", r"\:"))
    return read.columns(*(column(own.name, own.type) for own in calls.columns)).subquery("current_calls")


def _read_from[Query: Executable](query: Query, current: Subquery) -> Query:
    def replaced(element: Any, **_: Any) -> Any:
        if element is calls:
            return current
        is_column = isinstance(element, ColumnElement) and getattr(element, "table", None) is calls
        return current.c[element.key] if is_column else None

    given: Any = query
    read: Query = visitors.replacement_traverse(given, {}, replaced)
    return read


def _current(before: datetime | None = None) -> Subquery:
    newer = call_prices.alias("newer")
    is_its = and_(newer.c.call_id == calls.c.id, newer.c.started_at == calls.c.started_at)
    if before is not None:
        is_its = and_(is_its, newer.c.priced_at < before)
    latest = select(func.max(newer.c.revision)).where(is_its).correlate(calls).scalar_subquery()
    revised: FromClause = calls.outerjoin(
        call_prices,
        and_(
            call_prices.c.call_id == calls.c.id,
            call_prices.c.started_at == calls.c.started_at,
            call_prices.c.revision == latest,
        ),
    )
    has_one = call_prices.c.revision.is_not(None)
    columns = [
        case((has_one, call_prices.c[own.name]), else_=own).label(own.name) if own.name in REVISED else own
        for own in calls.columns
    ]
    return select(*columns).select_from(revised).subquery("current_calls")
