"""Ledgers to measure, of this run's own: a SQLite file, a Postgres that writes as one in production, ClickHouse.

ClickHouse is Debian's server of 2018 (18.16), or the engine of today without its server (26.9, by chDB).
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
from farebox.store.engine import open_engine
from farebox.store.migrate import migrate
from sqlalchemy import Engine, text

from tests.support.clickhouse import Cluster, chdb
from tests.support.postgres import Postgres

_POSTGRES_SIZE = "SELECT pg_database_size(current_database())"
_CLICKHOUSE_SIZE = "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase()"
# What one sets first: memory of a machine of this size, and room for the log between checkpoints.
_TUNED = {"shared_buffers": "2GB", "max_wal_size": "8GB", "max_connections": "20"}


class Place(NamedTuple):
    """A new ledger, its URL, and the processes of its server: none for a file."""

    engine: Engine
    url: str
    server: Callable[[], list[psutil.Process]] = list
    size: Callable[[], int] = int

    def server_seconds(self) -> float:
        """Return the CPU seconds that the server has taken so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self.server())

    def server_memory(self) -> int:
        """Return the bytes that the server holds, shared ones once."""
        return sum(process.memory_full_info().pss for process in self.server())


@contextmanager
def sqlite(folder: Path) -> Iterator[Place]:
    """Hold a ledger in a file in a folder of its own in `folder`."""
    home = Path(tempfile.mkdtemp(dir=folder))
    url = f"sqlite:///{home / 'ledger.db'}"
    engine = open_engine(url)
    try:
        migrate(engine)
        yield Place(engine, url, size=lambda: _size(home))
    finally:
        engine.dispose()
        shutil.rmtree(home)


@contextmanager
def postgres(_folder: Path) -> Iterator[Place]:
    """Hold a ledger in a server of its own, which flushes each commit to the disk."""
    with Postgres(_TUNED) as server:
        url = server.url(server.create())
        engine = open_engine(url)
        try:
            migrate(engine)
            yield Place(engine, url, lambda: _family(server.pid), lambda: _ask(engine, _POSTGRES_SIZE))
        finally:
            engine.dispose()


@contextmanager
def clickhouse_of_debian(_folder: Path) -> Iterator[Place]:
    """Hold a ledger in a server of its own, of 18.16."""
    with Cluster(1) as cluster, cluster.new_ledger() as engine:
        yield _in_clickhouse(engine, cluster.shards[0].pid)


@contextmanager
def clickhouse_of_today(folder: Path) -> Iterator[Place]:
    """Hold a ledger in chDB, which FAREBOX_CHDB_PYTHON has."""
    with chdb(folder) as server:
        server.ask("CREATE DATABASE farebox")
        engine = open_engine(f"clickhouse://127.0.0.1:{server.address.port}/farebox", patience=None)
        migrate(engine)
        try:
            yield _in_clickhouse(engine, server.pid)
        finally:
            engine.dispose()


PLACES: Mapping[str, Callable[[Path], AbstractContextManager[Place]]] = {
    "SQLite": sqlite,
    "Postgres": postgres,
    "ClickHouse-18.16": clickhouse_of_debian,
    "ClickHouse-26.9": clickhouse_of_today,
}


def _in_clickhouse(engine: Engine, pid: int) -> Place:
    url = engine.url.render_as_string(hide_password=False)
    return Place(engine, url, lambda: _family(pid), lambda: _ask(engine, _CLICKHOUSE_SIZE))


def _ask(engine: Engine, sql: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(sql)) or 0)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _family(pid: int) -> list[psutil.Process]:
    return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
