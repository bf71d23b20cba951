"""Ledgers to measure: a SQLite file, and a Postgres of this run's own that writes as one in production does."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
from farebox.store.engine import open_engine
from farebox.store.migrate import migrate
from sqlalchemy import Engine

from tests.support.postgres import Postgres

# What one sets first: memory of a machine of this size, and room for the log between checkpoints.
_TUNED = {"shared_buffers": "2GB", "max_wal_size": "8GB", "max_connections": "20"}


class Place(NamedTuple):
    """A new ledger, its URL, and the CPU seconds that its server has taken so far: none for a file."""

    engine: Engine
    url: str
    server_seconds: Callable[[], float]


@contextmanager
def sqlite(folder: Path) -> Iterator[Place]:
    """Hold a ledger in a file in a folder of its own in `folder`."""
    home = Path(tempfile.mkdtemp(dir=folder))
    url = f"sqlite:///{home / 'ledger.db'}"
    engine = open_engine(url)
    try:
        migrate(engine)
        yield Place(engine, url, lambda: 0.0)
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
            yield Place(engine, url, lambda: _seconds(server.pid))
        finally:
            engine.dispose()


def _seconds(pid: int) -> float:
    family = [psutil.Process(pid), *psutil.Process(pid).children()]
    return sum(sum(process.cpu_times()[:2]) for process in family)
