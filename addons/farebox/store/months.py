"""The months of `calls` and `call_prices` on Postgres: each is a table, made ahead of its rows."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import NamedTuple, Self

from sqlalchemy import Connection, text

from .locks import Lock, hurry, take

TABLES = ("calls", "call_prices")
_HURRY_SECONDS = 2.0


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


def there(connection: Connection, name: str) -> set[str]:
    """Return the parts of table `name`."""
    parts = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = CAST(:name AS regclass)"
    # With its schema, where the search path does not lead to it.
    return {part.rpartition(".")[2] for part in connection.scalars(text(parts), {"name": name})}


def make(connection: Connection, name: str, months: Collection[Month]) -> None:
    """Make what is missing of `months` in table `name`; rows that the rest took for want of them move over.

    Whoever reads or writes meanwhile waits at most for a moment, as do we: OperationalError where that is too short.
    A transaction is for one table: a reader of both would else hold what we wait for, and wait for what we hold.
    """
    hurry(connection, _HURRY_SECONDS)
    take(connection, Lock.PARTITIONS)
    parts = there(connection, name)
    for month in sorted(month for month in months if month.table(name) not in parts):
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


def drop_first(connection: Connection, before: datetime) -> bool:
    """Take the oldest month that ended at `before` or earlier away from one table; return whether there was one.

    Like `make`, for a transaction of its own.
    """
    hurry(connection, _HURRY_SECONDS)
    take(connection, Lock.PARTITIONS)
    # Of one month, calls go before their later prices.
    parts = ((month, place) for place, name in enumerate(TABLES) for month in _months(connection, name))
    oldest = min(parts, default=None)
    if oldest is None or oldest[0].next.begins > before:
        return False
    month, place = oldest
    connection.exec_driver_sql(f"DROP TABLE {month.table(TABLES[place])}")
    return True


def _months(connection: Connection, name: str) -> Iterable[Month]:
    for part in there(connection, name):
        year, number = part.removeprefix(f"{name}_").partition("_")[::2]
        if year.isdecimal() and number.isdecimal():
            yield Month(int(year), int(number))
