"""Postgres as the ledger, with psycopg. Nothing needs a session of its own, so pgbouncer may pool transactions."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from ..errors import LedgerError, SettingsError
from .faults import name
from .schema import as_json

# libpq's: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
_CONNECTING = {
    "connect_timeout": 5,
    "application_name": "farebox",
    "client_encoding": "utf8",
    # A peer that vanished is noticed within half a minute.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
_CANCEL_SECONDS = 2.0


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed after the server was silent for `patience` seconds."""

    patience: float | None = None

    def wait(self, gen: PQGen[RV], *args: Any, **options: Any) -> RV:
        if self.patience is None:
            return super().wait(gen, *args, **options)
        try:
            return super().wait(_limited(gen, self.patience), *args, **options)
        except _SilenceError as error:
            # A server that is only slow must not continue and hold its locks: it doesn't notice that we left.
            with suppress(psycopg.Error):
                self.cancel_safe(timeout=_CANCEL_SECONDS)
            self.close()
            raise psycopg.OperationalError(str(error)) from None


class _SilenceError(Exception):
    pass


def postgres_engine(url: URL, *, patience: float | None) -> Engine:
    """Return an engine for the ledger in a Postgres database; SettingsError if `url` has an unescaped @."""
    if url.host and "@" in url.host:
        raise SettingsError(
            "ledger: the password in its URL has an @: write it as %40, as in postgresql://USER:P%40SS@HOST/DB"
        )
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        # pgbouncer can send each transaction to another server, which lacks statements that were prepared before.
        connect_args={"prepare_threshold": None}
        | {option: value for option, value in _CONNECTING.items() if option not in url.query},
        use_native_hstore=False,
        json_serializer=as_json,
        hide_parameters=True,
    )

    def connect(_dialect: object, _record: object, arguments: Any, options: Any) -> PatientConnection:
        connection = PatientConnection.connect(*arguments, **options)
        connection.patience = patience
        return connection

    event.listen(engine, "do_connect", connect)
    return engine


def require_unicode(connection: Connection) -> None:
    """Raise LedgerError if the database can't store every text."""
    encoding = connection.scalar(text("SELECT current_setting('server_encoding')"))
    if encoding != "UTF8":
        raise LedgerError(
            f"ledger {name(connection.engine)} has the encoding {encoding}: "
            "create its database with ENCODING 'UTF8' TEMPLATE template0"
        )


@contextmanager
def patient(connection: Connection, seconds: float) -> Iterator[None]:
    """Allow the server to be silent for at least `seconds` while the block runs; on SQLite, nothing changes."""
    driver = connection.connection.driver_connection
    before = getattr(driver, "patience", None)
    if before is None:
        yield
        return
    assert isinstance(driver, PatientConnection)
    driver.patience = max(seconds, before)
    try:
        yield
    finally:
        driver.patience = before


def _limited(waiting: PQGen[RV], seconds: float) -> PQGen[RV]:
    """Pass on what psycopg waits for; _SilenceError once the socket was idle for `seconds`."""
    active = time.monotonic()
    try:
        wanted = next(waiting)
        while True:
            ready = yield wanted
            if ready:
                active = time.monotonic()
            elif time.monotonic() - active > seconds:
                raise _SilenceError(f"the server sent nothing for {seconds:g} s")
            wanted = waiting.send(ready)
    except StopIteration as ended:
        value: RV = ended.value
        return value
