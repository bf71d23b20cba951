"""Locks for work that one sidecar at a time does on a shared ledger. On SQLite, the write lock suffices."""

import enum

from sqlalchemy import Connection, func, select, text


class Lock(enum.IntEnum):
    """Advisory locks of a Postgres database, with numbers that no other program uses by chance."""

    MIGRATE = int.from_bytes(b"farebox", "big")
    PARTITIONS = MIGRATE + 1
    RETENTION = MIGRATE + 2
    ALERTS = MIGRATE + 3


def take(connection: Connection, lock: Lock) -> None:
    """Wait for `lock`, and hold it until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(lock)))


def is_taken(connection: Connection, lock: Lock) -> bool:
    """Return whether someone else holds `lock`; if not, hold it until the transaction ends."""
    return connection.dialect.name == "postgresql" and not connection.scalar(
        select(func.pg_try_advisory_xact_lock(lock))
    )


def hurry(connection: Connection, seconds: float) -> None:
    """Let no statement of this transaction wait longer for a lock of Postgres, as others queue behind it."""
    connection.execute(text("SELECT set_config('lock_timeout', :limit, true)"), {"limit": f"{int(seconds * 1000)}"})
