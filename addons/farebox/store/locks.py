"""What one sidecar at a time does to a shared ledger. On SQLite, the transaction's own lock sees to it."""

import enum

from sqlalchemy import Connection, func, select, text


class Lock(enum.IntEnum):
    """Postgres' advisory locks, by numbers that no other program takes by chance; each is the database's own."""

    MIGRATE = int.from_bytes(b"farebox", "big")
    PARTITIONS = MIGRATE + 1
    RETENTION = MIGRATE + 2


def take(connection: Connection, lock: Lock) -> None:
    """Wait for `lock` and hold it to the end of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(lock)))


def is_taken(connection: Connection, lock: Lock) -> bool:
    """Take `lock` to the end of the transaction where it is free; return whether it was not."""
    return connection.dialect.name == "postgresql" and not connection.scalar(
        select(func.pg_try_advisory_xact_lock(lock))
    )


def hurry(connection: Connection, seconds: float) -> None:
    """Let no statement of this transaction wait for a lock of Postgres for longer: others queue behind it."""
    connection.execute(text("SELECT set_config('lock_timeout', :limit, true)"), {"limit": f"{int(seconds * 1000)}"})
