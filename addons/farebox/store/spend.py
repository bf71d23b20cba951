"""Spend by hour and by minute, each with the names of who and what it went to."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, literal, select

from ..budgets.scopes import COLUMNS
from ..records.times import in_utc
from .current import at_current_prices
from .rollups.ranges import HOUR
from .rollups.tables import BY_CALLER, BY_MODEL
from .schema import calls, hourly, hourly_changes
from .summary import MODEL

# The scopes that spend has names in, and their columns in the hourly sums: those of budgets.
SCOPES = {scope: column for scope, column in COLUMNS.items() if column is not None}
_SUMS = hourly[BY_CALLER.table].c
_DOUBTS = hourly[BY_MODEL.table].c
# Costs that make a sum an estimate or a lower bound.
UNCERTAIN = ("estimated", "partial", "unpriced")


class Spent(NamedTuple):
    """What the `known` calls with a known cost came to in the hour or minute `at`, by the names of SCOPES."""

    at: datetime
    names: tuple[str | None, ...]
    nanousd: int
    known: int


def revisions(connection: Connection, since: datetime) -> dict[datetime, int]:
    """Return a number for each hour from `since` on that has changed, which grows with each change."""
    of = hourly_changes.c
    query = select(of.hour, func.sum(of.revision)).where(of.hour >= since).group_by(of.hour)
    return {in_utc(hour): int(revision) for hour, revision in connection.execute(query)}


def first_hour(connection: Connection) -> datetime | None:
    """Return the first hour of the ledger; None if it is empty."""
    first = connection.scalar(select(func.min(hourly[BY_MODEL.table].c.hour)))
    return None if first is None else in_utc(first)


def by_hour(connection: Connection, begins: datetime, ends: datetime) -> Iterator[Spent]:
    """Yield the spend of the hours from `begins` on and before `ends`, by hour."""
    keys = [_SUMS[name] for name in SCOPES.values()]
    totals = func.sum(_SUMS.cost_nanousd), func.sum(_SUMS.cost_nanousd_known)
    within = (_SUMS.hour >= begins, _SUMS.hour < ends, _SUMS.cost_nanousd_known > 0)
    return _spent(connection, select(_SUMS.hour, *keys, *totals).where(*within).group_by(_SUMS.hour, *keys))


def uncertain(connection: Connection, begins: datetime, ends: datetime) -> Iterator[tuple[datetime, str, int]]:
    """Yield the calls of UNCERTAIN cost of the hours from `begins` on and before `ends`: hour, cost status, calls."""
    within = (_DOUBTS.hour >= begins, _DOUBTS.hour < ends, _DOUBTS.cost_status.in_(UNCERTAIN))
    query = select(_DOUBTS.hour, _DOUBTS.cost_status, func.sum(_DOUBTS.calls)).where(*within)
    for hour, status, number in connection.execute(query.group_by(_DOUBTS.hour, _DOUBTS.cost_status)):
        yield in_utc(hour), status, int(number)


def by_call(connection: Connection, hour: datetime) -> Iterator[Spent]:
    """Yield the spend of each call of an `hour`, at current prices; calls that retention has deleted are missing."""
    keys = [MODEL if name == "model" else calls.c[name] for name in SCOPES.values()]
    within = (calls.c.started_at >= hour, calls.c.started_at < hour + HOUR)
    query = select(calls.c.started_at, *keys, calls.c.cost_nanousd, literal(1)).where(*within)
    # Later prices replace the condition's column too.
    return _spent(connection, at_current_prices(connection, query.where(calls.c.cost_nanousd.is_not(None))))


def _spent(connection: Connection, query: Select[Any]) -> Iterator[Spent]:
    for at, *names, nanousd, known in connection.execute(query):
        yield Spent(in_utc(at), tuple(names), int(nanousd), int(known))
