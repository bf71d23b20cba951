"""SQLite as the ledger."""

import time
from datetime import datetime
from pathlib import Path
from sqlite3 import OperationalError
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from ..errors import SettingsError
from .schema import as_json

DRIVERS = frozenset({"sqlite", "sqlite+pysqlite"})
# How a transaction begins: a writing one takes its lock at once, so that it can't fail half way.
BEGIN = "sqlite_begin"
_LOCK_SECONDS = 5


def sqlite_engine(url: URL, *, make_folder: bool) -> Engine:
    """Return an engine for a ledger file; SettingsError if `url` names none."""
    if not url.database or url.database == ":memory:":
        raise SettingsError("ledger: a SQLite ledger is a file: write sqlite:///PATH")
    if make_folder:
        _make(Path(url.database).parent)
    engine = create_engine(url, connect_args={"timeout": _LOCK_SECONDS}, json_serializer=as_json, hide_parameters=True)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(f"ledger: folder {folder} can't be created ({error.strerror}): name another") from error


def _set_up(connection: Any, _record: object) -> None:
    """Use a write-ahead log, so that readers never wait, and FULL, as spools are deleted after the commit."""
    # Transactions begin when SQLAlchemy begins them, also before DDL.
    connection.isolation_level = None
    cursor = connection.cursor()
    _use_log(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _use_log(cursor: Any) -> None:
    """Turn the write-ahead log on; SQLite doesn't wait for the lock that this needs the first time."""
    give_up = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(BEGIN, 'DEFERRED')}")


def as_stored(moment: datetime) -> str:
    """Return `moment`, in UTC, as SQLAlchemy's DateTime stores it."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
