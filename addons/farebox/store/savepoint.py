"""A savepoint within a transaction, by statements of its own: SQLAlchemy compiles its savepoints each time."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

_NAME = "farebox"


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo what the block has written if it raises; the transaction goes on. One can't hold another."""
    connection.exec_driver_sql(f"SAVEPOINT {_NAME}")
    try:
        yield
    except BaseException:
        # Where the connection is lost, so is the transaction: the block's error says why.
        with suppress(SQLAlchemyError):
            connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {_NAME}")
        raise
    connection.exec_driver_sql(f"RELEASE SAVEPOINT {_NAME}")
