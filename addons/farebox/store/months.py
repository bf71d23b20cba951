"""The months of `calls` and `call_prices` on Postgres: each is a table, made ahead of its rows.

Parts that somebody made by hand, as for days, are as good: where one is, no month is made, and old ones go.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import NamedTuple, Self

from sqlalchemy import Connection, text

from .locks import Lock, hurry, take

TABLES = ("calls", "call_prices")
_HURRY_SECONDS = 2.0
# Bounds are compared where they are: Postgres has times that Python has not.
_PARTS = """
WITH parts AS (
    SELECT
        inhrelid::regclass::text AS name,
        coalesce((regexp_match(bound, 'FROM \\(''([^'']+)'))[1]::timestamptz, '-infinity') AS begins,
        coalesce((regexp_match(bound, 'TO \\(''([^'']+)'))[1]::timestamptz, 'infinity') AS ends
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid, pg_get_expr(relpartbound, inhrelid) AS bound
    WHERE inhparent = CAST(:name AS regclass) AND bound <> 'DEFAULT'
)
"""
_OVERLAPPING = _PARTS + "SELECT count(*) FROM parts WHERE begins < :ends AND ends > :begins"  # noqa: S608 - constants of ours
_OLDEST = _PARTS + "SELECT name FROM parts WHERE ends <= :before ORDER BY ends LIMIT 1"  # noqa: S608


class Month(NamedTuple):
    """A month in UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """Return the month of `moment`, which is in UTC."""
        return cls(moment.year, moment.month)

    @property
    def next(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def begins(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    def table(self, name: str) -> str:
        """Return what the part of table `name` for this month is called."""
        return f"{name}_{self.year}_{self.number:02d}"


# Rows from before LLMs were billed have the wrong time; they go to the rest, as do those of a far future.
FIRST = Month(2020, 1)


def ahead(now: datetime) -> list[Month]:
    """Return this month and the two that come."""
    this = Month.of(now)
    return [this, this.next, this.next.next]


def make(connection: Connection, name: str, months: Collection[Month]) -> None:
    """Make what is missing of `months` in table `name`; rows that the rest took for want of them move over.

    Whoever reads or writes meanwhile waits at most for a moment, as do we: OperationalError where that is too short.
    A transaction is for one table: a reader of both would else hold what we wait for, and wait for what we hold.
    """
    hurry(connection, _HURRY_SECONDS)
    take(connection, Lock.PARTITIONS)
    for month in sorted(month for month in months if not _is_covered(connection, name, month)):
        for statement in _making(name, month):
            connection.exec_driver_sql(statement)


def _making(name: str, month: Month) -> Iterable[str]:
    part, rest = month.table(name), f"{name}_other"
    begins, ends = month.begins.isoformat(), month.next.begins.isoformat()
    # A part cannot come while the rest has rows of its month; so none may come in between.
    yield f"LOCK TABLE {rest} IN ACCESS EXCLUSIVE MODE"
    # Not PARTITION OF, which would lock all of the table.
    yield f"CREATE TABLE {part} (LIKE {name} INCLUDING DEFAULTS)"
    here = f"started_at >= '{begins}' AND started_at < '{ends}'"
    taken = f"DELETE FROM {rest} WHERE {here} RETURNING *"  # noqa: S608 - names and times of ours
    yield f"WITH taken AS ({taken}) INSERT INTO {part} TABLE taken"
    yield f"ALTER TABLE {name} ATTACH PARTITION {part} FOR VALUES FROM ('{begins}') TO ('{ends}')"


def _is_covered(connection: Connection, name: str, month: Month) -> bool:
    """Tell whether a part of table `name` has `month` or some of it."""
    told = {"name": name, "begins": month.begins, "ends": month.next.begins}
    return bool(connection.scalar(text(_OVERLAPPING), told))


def drop_first(connection: Connection, before: datetime) -> bool:
    """Take the oldest part that ended at `before` or earlier away from one table; return whether there was one.

    Like `make`, for a transaction of its own.
    """
    hurry(connection, _HURRY_SECONDS)
    take(connection, Lock.PARTITIONS)
    # Calls go before their later prices.
    for name in TABLES:
        if part := connection.scalar(text(_OLDEST), {"name": name, "before": before}):
            connection.exec_driver_sql(f"DROP TABLE {part}")
            return True
    return False
