"""Engines for the ledger."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from ..errors import SettingsError


def open_engine(url: str) -> Engine:
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
    folder = Path(parsed.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(f"ledger: folder {folder} cannot be made ({error.strerror}): name another") from error
    engine = create_engine(parsed, connect_args={"timeout": 5})
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """Set a write-ahead log, so that readers never wait, and FULL, as spools are taken away after the commit."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
