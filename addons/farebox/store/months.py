"""Monthly partitions of `calls` and `call_prices` on Postgres, created before their rows arrive.

Partitions that someone created by hand, such as daily ones, are respected: no month is created over them, and old ones
are dropped.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import NamedTuple, Self

from sqlalchemy import Connection, text

from .locks import Lock, hurry, take

TABLES = ("calls", "call_prices")
_HURRY_SECONDS = 2.0
# The database compares bounds: it has times that Python can't represent.
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
_OVERLAPPING = _PARTS + "SELECT count(*) FROM parts WHERE begins < :ends AND ends > :begins"  # noqa: S608 - our own constants
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
        """Return the name of the partition of table `name` for this month."""
        return f"{name}_{self.year}_{self.number:02d}"


# Times before LLMs were billed are wrong: such rows go to the default partition, like those of a far future.
FIRST = Month(2020, 1)


def ahead(now: datetime) -> list[Month]:
    """Return this month and the next two."""
    this = Month.of(now)
    return [this, this.next, this.next.next]


def make(connection: Connection, name: str, months: Collection[Month]) -> None:
    """Create the missing partitions for `months` of table `name`; rows move there from the default partition.

    Readers and writers wait for a moment at most, and so does this: OperationalError if that is too short. Use one
    transaction per table: with both, a reader of both could wait for this one while this one waits for it.
    """
    hurry(connection, _HURRY_SECONDS)
    take(connection, Lock.PARTITIONS)
    for month in sorted(month for month in months if not _is_covered(connection, name, month)):
        for statement in _making(name, month):
            connection.exec_driver_sql(statement)


def _making(name: str, month: Month) -> Iterable[str]:
    part, rest = month.table(name), f"{name}_other"
    begins, ends = month.begins.isoformat(), month.next.begins.isoformat()
    # A partition can't be attached while the default partition has rows of its month, so none may arrive meanwhile.
    yield f"LOCK TABLE {rest} IN ACCESS EXCLUSIVE MODE"
    # Not PARTITION OF, which would lock the whole table.
    yield f"CREATE TABLE {part} (LIKE {name} INCLUDING DEFAULTS)"
    here = f"started_at >= '{begins}' AND started_at < '{ends}'"
    taken = f"DELETE FROM {rest} WHERE {here} RETURNING *"  # noqa: S608 - our own names and times
    yield f"WITH taken AS ({taken}) INSERT INTO {part} TABLE taken"
    yield f"ALTER TABLE {name} ATTACH PARTITION {part} FOR VALUES FROM ('{begins}') TO ('{ends}')"


def _is_covered(connection: Connection, name: str, month: Month) -> bool:
    """Return whether a partition of table `name` covers `month` or a part of it."""
    bounds = {"name": name, "begins": month.begins, "ends": month.next.begins}
    return bool(connection.scalar(text(_OVERLAPPING), bounds))


def drop_first(connection: Connection, before: datetime) -> bool:
    """Drop the oldest partition of one table that ended at `before` or earlier; return whether there was one.

    Like `make`, it needs a transaction of its own.
    """
    hurry(connection, _HURRY_SECONDS)
    take(connection, Lock.PARTITIONS)
    # Calls are dropped before their later prices.
    for name in TABLES:
        if part := connection.scalar(text(_OLDEST), {"name": name, "before": before}):
            connection.exec_driver_sql(f"DROP TABLE {part}")
            return True
    return False
