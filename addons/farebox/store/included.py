"""What plans and reserved capacity have paid for, at list price: from the hourly sums, and the calls of edges."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select

from ..pricing.cost import ON_PLAN
from .current import as_completed, at_current_prices
from .rollups.partial_sums import Question, condition_on
from .rollups.ranges import EVER, Range, clipped, in_whole_hours
from .rollups.tables import known
from .schema import IS_CALL, calls, hourly
from .snapshot import snapshot
from .summary import Scope, condition, span_table
from .totals import held_times

_LISTED = "catalogue_cost_nanousd"
# A statement may have two parameters for each of so many.
_RANGES = 2_000


@dataclass(frozen=True, slots=True)
class Included:
    """The calls that one plan has paid for (None: reserved capacity), and their list price.

    `unlisted` calls have none. `windows` are the latest figures of the plan's windows, as in the column `ratelimit`.
    """

    plan: str | None
    calls: int
    unlisted: int
    list_nanousd: int
    windows: dict[str, int]


def included(engine: Engine, scope: Scope) -> list[Included]:
    """Return what each plan has paid for in `scope`, the most calls first."""
    asked = Question(("plan",), scope.where)
    with snapshot(engine) as connection:
        held = held_times(connection)
        if held is None:
            return []
        ranges = clipped([("", *EVER)], scope.start, scope.end)
        rounded = in_whole_hours(ranges, held.calls)
        hours, edges = ([], ranges) if asked.rollup is None else asked.divided(rounded, held.calls)
        sums: dict[str | None, list[int]] = {}
        for query in _queries(connection, asked, hours, edges):
            for plan, *amounts in connection.execute(query):
                # Postgres sums BIGINT to NUMERIC.
                row = sums.setdefault(plan, [0, 0, 0])
                row[:] = [one + int(more or 0) for one, more in zip(row, amounts, strict=True)]
        found = [
            Included(plan, number, number - listed, nanousd, _windows(connection, plan, scope))
            for plan, (number, listed, nanousd) in sums.items()
            if number
        ]
    return sorted(found, key=lambda one: (-one.calls, one.plan or ""))


def _queries(
    connection: Connection, asked: Question, hours: Sequence[Range], edges: Sequence[Range]
) -> Iterator[Select[Any]]:
    for part in batched(hours, _RANGES):
        yield _of_hours(asked, part)
    for part in batched(edges, _RANGES):
        yield at_current_prices(connection, _of_calls(asked, part))


def _of_hours(asked: Question, ranges: Sequence[Range]) -> Select[Any]:
    assert asked.rollup is not None
    table, spans = hourly[asked.rollup.table], span_table(ranges)
    sums = (func.sum(table.c[name]) for name in ("calls", known(_LISTED), _LISTED))
    within = (table.c.hour >= spans.c.begins) & (table.c.hour < spans.c.ends)
    query = select(table.c.plan, *sums).join_from(spans, table, within).where(table.c.cost_status == ON_PLAN)
    for name, wanted in asked.where:
        query = query.where(condition_on(table, name, wanted))
    return query.group_by(table.c.plan)


def _of_calls(asked: Question, ranges: Sequence[Range]) -> Select[Any]:
    spans = span_table(ranges)
    sums = (func.count(), func.count(calls.c[_LISTED]), func.sum(calls.c[_LISTED]))
    within = (calls.c.started_at >= spans.c.begins) & (calls.c.started_at < spans.c.ends)
    query = select(calls.c.plan, *sums).join_from(spans, calls, within)
    query = query.where(IS_CALL, calls.c.cost_status == ON_PLAN)
    for name, wanted in asked.where:
        query = query.where(condition(name, wanted))
    return query.group_by(calls.c.plan)


def _windows(connection: Connection, plan: str | None, scope: Scope) -> dict[str, int]:
    """Return the windows that the latest answer of `plan` in the time of `scope` states."""
    if plan is None:
        return {}
    query = select(calls.c.ratelimit).where(calls.c.plan == plan, calls.c.ratelimit.is_not(None))
    if scope.start is not None:
        query = query.where(calls.c.started_at >= scope.start)
    if scope.end is not None:
        query = query.where(calls.c.started_at < scope.end)
    query = as_completed(connection, query.order_by(calls.c.started_at.desc()).limit(1))
    latest: dict[str, int] = connection.scalar(query) or {}
    return {name: value for name, value in latest.items() if name.startswith("utilization_")}
