"""Engines for the ledger on each of its databases."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import ArgumentError

from ..errors import ReadOnlyError, SettingsError
from . import sqlite
from .faults import name, reachable

__all__ = ["Engine", "name", "open_engine", "opened", "ping", "writer"]

_POSTGRES = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_CLICKHOUSE = "clickhouse"
_KNOWN = "sqlite:///PATH, postgresql://USER:PASSWORD@HOST/DATABASE or clickhouse://USER:PASSWORD@HOST/DATABASE"


def open_engine(url: str, *, make_folder: bool = True, patience: float | None = None) -> Engine:
    """Return an engine for the ledger at `url`; SettingsError if farebox can't use that URL.

    A server that is silent for `patience` seconds is given up; without, it is waited for forever, as a person who sees
    it can interrupt that.
    """
    try:
        parsed = make_url(url)
    except ValueError as error:
        raise SettingsError(
            f"ledger: the port in its URL is not a number: write {_KNOWN.replace('HOST', 'HOST:5432')}"
        ) from error
    except ArgumentError as error:
        # Not quoted: it can be a password.
        raise SettingsError(f"ledger: it is not a database URL: use {_KNOWN}") from error
    if parsed.drivername in sqlite.DRIVERS:
        return sqlite.sqlite_engine(parsed, make_folder=make_folder)
    if parsed.drivername in _POSTGRES:
        # Its driver takes long to import, and a ledger in a file doesn't need it.
        from . import postgres  # noqa: PLC0415

        return postgres.postgres_engine(parsed, patience=patience)
    if parsed.drivername == _CLICKHOUSE:
        from .clickhouse import engine  # noqa: PLC0415 - as above

        return engine.clickhouse_engine(parsed, patience=patience)
    raise SettingsError(f"ledger: {parsed.drivername!r} is not supported: use {_KNOWN}")


@contextmanager
def opened(url: str, *, make_folder: bool = True, patience: float | None = None) -> Iterator[Engine]:
    """Hold an engine for the ledger at `url` open while the block runs. Errors as of `open_engine`."""
    engine = open_engine(url, make_folder=make_folder, patience=patience)
    try:
        yield engine
    finally:
        engine.dispose()


def writer(engine: Engine) -> Engine:
    """Return the engine for transactions that write: on SQLite, they begin with the write lock."""
    return engine.execution_options(**{sqlite.BEGIN: "IMMEDIATE"})


def ping(engine: Engine) -> None:
    """Raise LedgerAwayError if the ledger can't be written now, ReadOnlyError if it can be read nevertheless."""
    with reachable(engine), writer(engine).begin() as connection:
        if engine.dialect.name != "postgresql":
            return
        rights = " AND ".join(f"has_table_privilege('calls', '{right}')" for right in ("SELECT", "INSERT", "UPDATE"))
        is_writable = f"NOT pg_is_in_recovery() AND {rights}"
        if not connection.scalar(text(f"SELECT {is_writable}")):
            raise ReadOnlyError(
                f"ledger {name(engine)} can't be written: it is a standby, or its user lacks rights on the table calls"
                ": name the primary server, or grant SELECT, INSERT and UPDATE"
            )
