"""Ledgers for tests: real SQLite files."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from farebox.store import queries
from farebox.store.engine import open_engine
from farebox.store.migrate import migrate
from sqlalchemy import Engine, event


@contextmanager
def opened(path: Path) -> Iterator[Engine]:
    """Open an engine for the ledger file `path`, which may not be there yet; it does not wait for locks."""
    engine = open_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout=0").close())
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def new_ledger(path: Path) -> Iterator[Engine]:
    """Open an engine for a new ledger in the file `path`."""
    with opened(path) as engine:
        migrate(engine)
        yield engine


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the ledger's write lock, as another program may."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def ids(engine: Engine) -> list[Any]:
    """Return the ids of the ledger's rows, in order."""
    return sorted(row["id"] for row in queries.all_calls(engine))
