"""Sums for budgets: whole hours from the hourly sums, parts of an hour from its calls. No statement reads all calls."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, null, select

from ..budgets.use import NO_USE, Use, use_of
from ..records.times import in_utc
from .conditions import matches
from .current import at_current_prices, at_prices_of
from .rollups.expressions import dimension
from .rollups.tables import BY_CALLER, BY_MODEL, RollupTable, known
from .schema import IS_CALL, call_prices, calls, hourly
from .summary import Span, span_table

HOUR = timedelta(hours=1)
_INPUT, _OUTPUT, _COST, _LISTED = "input_tokens", "output_tokens", "cost_nanousd", "catalogue_cost_nanousd"
# A label of a span, and a value of the column.
Key = tuple[str, str | None]


def sums(connection: Connection, column: str | None, hours: Sequence[Span], edges: Sequence[Span]) -> dict[Key, Use]:
    """Return the use by label and by the value of `column`: of whole `hours`, and of the calls in `edges`.

    If calls of an edge are deleted, the hour that it is in is counted whole.
    """
    gone = [edge for edge in edges if _are_gone(connection, edge[1])]
    whole = [*hours, *((label, _floor(begins), _floor(begins) + HOUR) for label, begins, _ in gone)]
    found: dict[Key, Use] = {}
    asked = [_in_hours(column, whole)] if whole else []
    # One for each edge: of a range that the statement names, only its partitions and its part of the index are read.
    asked += (at_current_prices(connection, _in_edge(column, edge)) for edge in edges if edge not in gone)
    for query in asked:
        _add(found, connection, query)
    return found


def by_hour(
    connection: Connection, column: str | None, patterns: Sequence[str], start: datetime, end: datetime
) -> dict[datetime, Use]:
    """Return the use of the hours from `start` on and before `end`, of the values of `column` that match."""
    table = hourly[_rollup(column).table]
    query = select(table.c.hour, *_of_hours(table.c)).where(table.c.hour >= start, table.c.hour < end)
    if column is not None:
        query = query.where(matches(table.c[column], patterns))
    found: dict[datetime, Use] = {}
    for hour, *amounts in connection.execute(query.group_by(table.c.hour, table.c.cost_status)):
        found[in_utc(hour)] = found.get(in_utc(hour), NO_USE) + _use(amounts)
    return found


def repriced(connection: Connection, column: str | None, span: Span) -> tuple[dict[Key, Use], dict[Key, Use]]:
    """Return the use of the calls in `span` that were repriced after its end: as it was at the end, and as it is now.

    Keys are as in `sums`.
    """
    _, begins, ends = span
    within = (call_prices.c.started_at >= begins, call_prices.c.started_at < ends, call_prices.c.priced_at >= ends)
    changed = select(call_prices.c.call_id).where(*within)
    if connection.execute(changed.limit(1)).first() is None:
        return {}, {}
    query = _in_edge(column, span).where(calls.c.id.in_(changed))
    then: dict[Key, Use] = {}
    today: dict[Key, Use] = {}
    _add(then, connection, at_prices_of(connection, query, ends))
    _add(today, connection, at_current_prices(connection, query))
    return then, today


def _add(found: dict[Key, Use], connection: Connection, query: Select[Any]) -> None:
    """Add what `query` reads to `found`."""
    for label, value, *amounts in connection.execute(query):
        key = (label, None if value is None else str(value))
        found[key] = found.get(key, NO_USE) + _use(amounts)


def _in_hours(column: str | None, hours: Sequence[Span]) -> Select[Any]:
    table, spans = hourly[_rollup(column).table], span_table(hours)
    keys = [spans.c.label] if column is None else [spans.c.label, table.c[column]]
    within = and_(table.c.hour >= spans.c.begins, table.c.hour < spans.c.ends)
    value = null() if column is None else table.c[column]
    query = select(spans.c.label, value, *_of_hours(table.c)).join_from(spans, table, within)
    return query.group_by(*keys, table.c.cost_status)


def _in_edge(column: str | None, edge: Span) -> Select[Any]:
    label, begins, ends = edge
    value = null() if column is None else dimension(column)
    query = select(
        literal(label),
        value,
        calls.c.cost_status,
        func.count(),
        func.sum(calls.c[_COST]),
        func.sum(calls.c[_INPUT]),
        func.sum(calls.c[_OUTPUT]),
        func.count(calls.c[_INPUT]),
        func.sum(calls.c[_LISTED]),
    ).where(IS_CALL, calls.c.started_at >= begins, calls.c.started_at < ends)
    keys = [calls.c.cost_status] if column is None else [value, calls.c.cost_status]
    return query.group_by(*keys)


def _of_hours(columns: Any) -> list[ColumnElement[Any]]:
    names = ("calls", _COST, _INPUT, _OUTPUT, known(_INPUT), _LISTED)
    return [columns.cost_status, *(func.sum(columns[name]) for name in names)]


def _use(amounts: Sequence[Any]) -> Use:
    status, *numbers = amounts
    # Postgres sums BIGINT to NUMERIC.
    number, cost, asked, answered, told, listed = (int(amount or 0) for amount in numbers)
    return use_of(status, number, nanousd=cost, tokens=asked + answered, told=told, listed=listed)


def _rollup(column: str | None) -> RollupTable:
    return BY_MODEL if column is None or column in BY_MODEL.dimensions else BY_CALLER


def _are_gone(connection: Connection, moment: datetime) -> bool:
    """Return whether calls of the hour of `moment` are deleted, of which the sums remain."""
    begins = _floor(moment)
    table = hourly[BY_MODEL.table]
    oldest = connection.scalar(select(func.min(calls.c.started_at)))
    if oldest is not None and in_utc(oldest) < begins:
        # The oldest calls are deleted first.
        return False
    here = (IS_CALL, calls.c.started_at >= begins, calls.c.started_at < begins + HOUR)
    there = connection.scalar(select(func.count()).where(*here)) or 0
    summed_up = connection.scalar(select(func.sum(table.c.calls)).where(table.c.hour == begins)) or 0
    return there < int(summed_up)


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
