"""What a span of calls comes to, to compare two ledgers: rows, sums, and how many values are known."""

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, func, select

from ...records.columns import COLUMNS
from ..current import at_current_prices
from ..schema import calls

# By name: `calls`, `sum_COLUMN` of each number, and `known_COLUMN`: the rows in which a column is not NULL.
Figures = Counter[str]
NUMBERS = tuple(column.name for column in COLUMNS if column.kind is int)
NULLABLE = tuple(column.name for column in COLUMNS if column.is_nullable)
# Statements with all of them at once are slow to plan.
_AT_ONCE = 60


def figures(connection: Connection, begins: datetime, ends: datetime) -> Figures:
    """Return what the calls from `begins` on and before `ends` come to, at current prices."""
    wanted = [func.count().label("calls")]
    wanted += [func.count(calls.c[name]).label(f"known_{name}") for name in NULLABLE]
    wanted += [func.sum(calls.c[name]).label(f"sum_{name}") for name in NUMBERS]
    found: Figures = Counter()
    for first in range(0, len(wanted), _AT_ONCE):
        query = select(*wanted[first : first + _AT_ONCE]).where(calls.c.started_at >= begins, calls.c.started_at < ends)
        row = connection.execute(at_current_prices(connection, query)).mappings().one()
        # Postgres sums BIGINT to NUMERIC.
        found.update({name: int(value or 0) for name, value in row.items()})
    return found


def differing(one: Figures, other: Figures) -> list[str]:
    """Return the names of the figures that are not the same."""
    return sorted(name for name in one.keys() | other.keys() if one[name] != other[name])
