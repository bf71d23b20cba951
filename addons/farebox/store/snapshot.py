"""Reads of the ledger as of one moment, whatever is recorded meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from .faults import reachable


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Hold a connection whose queries all see the same rows; LedgerAwayError if the ledger can't be reached.

    On SQLite, every transaction does; Postgres takes a snapshot per statement otherwise:
    https://www.postgresql.org/docs/current/transaction-iso.html#XACT-REPEATABLE-READ
    """
    with reachable(engine), engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            # The list of partitions is current, not that of the snapshot: rows that moved to a new partition since
            # would be in none. LOCK takes no snapshot, so it comes first.
            connection.execute(text("LOCK TABLE calls, call_prices IN ACCESS SHARE MODE"))
        yield connection
