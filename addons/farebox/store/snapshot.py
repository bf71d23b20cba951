"""How the ledger is read: all of it as of one moment, whatever is recorded meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from .faults import reachable


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Hold a connection whose queries all see the same rows; LedgerAwayError where the ledger cannot be reached.

    On SQLite a transaction does so by itself; Postgres takes a snapshot for each statement unless told otherwise:
    https://www.postgresql.org/docs/current/transaction-iso.html#XACT-REPEATABLE-READ
    """
    with reachable(engine), engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            # Which tables a query reads is as of now, not of the snapshot: rows that moved to their month since would
            # be in none of them. A lock takes no snapshot yet.
            connection.execute(text("LOCK TABLE calls, call_prices IN ACCESS SHARE MODE"))
        yield connection
