"""The ledgers that faults are tried with."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

from farebox.store.engine import opened
from sqlalchemy import text

from tests.support.postgres import Postgres

DATABASES = ("sqlite", "postgres")


class Ledger(Protocol):
    """A ledger that no sidecar has used yet."""

    @property
    def url(self) -> str: ...

    @property
    def server(self) -> Postgres | None:
        """What it is in; None where it is a file."""

    def held(self) -> AbstractContextManager[None]:
        """Keep every recorder from writing for as long as the block runs."""


class SqliteLedger:
    """A file in the data folder that `farebox up` would choose."""

    server = None

    def __init__(self, home: Path) -> None:
        self._path = home / "ledger.db"
        self.url = f"sqlite:///{self._path}"

    @contextmanager
    def held(self) -> Iterator[None]:
        with closing(sqlite3.connect(self._path, isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")


class PostgresLedger:
    """A database of a server of its own."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self._database = server.create()
        self.url = server.url(self._database)

    @contextmanager
    def held(self) -> Iterator[None]:
        with self.server.connect(self._database) as other, other.transaction():
            other.execute("LOCK TABLE calls IN EXCLUSIVE MODE")
            yield


@contextmanager
def ledger(database: str, home: Path) -> Iterator[Ledger]:
    """Make a ledger for the data folder `home`."""
    if database == "sqlite":
        yield SqliteLedger(home)
    else:
        with Postgres() as server:
            yield PostgresLedger(server)


def rows(url: str) -> Counter[str]:
    """Return how often each response id is in the ledger."""
    with opened(url) as engine, engine.connect() as connection:
        ids = connection.execute(text("SELECT response_id FROM calls WHERE response_id IS NOT NULL"))
        return Counter(ids.scalars())
