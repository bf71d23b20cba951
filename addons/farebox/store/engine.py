"""Engines for the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from ..errors import LedgerAwayError, SettingsError

__all__ = ["Engine", "open_engine", "opened", "ping"]


def open_engine(url: str, *, make_folder: bool = True) -> Engine:
    """Return an engine for the ledger at `url`; SettingsError where that is no database URL farebox can use."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise SettingsError(
            f"ledger: {url.partition('://')[0]!r} is no database URL: try sqlite:///ledger.db"
        ) from error
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise SettingsError(f"ledger: {parsed.drivername!r} is not supported: use sqlite:///PATH")
    if not parsed.database or parsed.database == ":memory:":
        raise SettingsError("ledger: a SQLite ledger is a file: sqlite:///PATH")
    if make_folder:
        _make(Path(parsed.database).parent)
    engine = create_engine(parsed, connect_args={"timeout": 5})
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


@contextmanager
def opened(url: str, *, make_folder: bool = True) -> Iterator[Engine]:
    """Hold an engine for the ledger at `url` open for as long as the block runs. Errors as `open_engine`'s."""
    engine = open_engine(url, make_folder=make_folder)
    try:
        yield engine
    finally:
        engine.dispose()


def ping(engine: Engine) -> None:
    """Raise LedgerAwayError where the ledger cannot be written now. Nothing is written."""
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.rollback()
    except OperationalError as error:
        raise LedgerAwayError(f"ledger {engine.url.render_as_string()} is away ({error.orig})") from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(f"ledger: folder {folder} cannot be made ({error.strerror}): name another") from error


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """Set a write-ahead log, so that readers never wait, and FULL, as spools are taken away after the commit."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
