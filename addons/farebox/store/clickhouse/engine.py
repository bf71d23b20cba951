"""The engine for a ledger on ClickHouse, and its connection for statements that are no queries of SQLAlchemy."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.exc import DBAPIError

from ..faults import reachable
from . import dbapi
from .address import address_of

registry.register("clickhouse", f"{__package__}.dialect", "ClickHouseDialect")


def clickhouse_engine(url: URL, *, patience: float | None) -> Engine:
    """Return an engine for the ledger at `url`; SettingsError if it names none."""
    address_of(url)
    # Nothing is transacted, so a connection is only an address: it costs nothing and ends with the answer.
    return create_engine(url, connect_args={"patience": patience}, hide_parameters=True)


@contextmanager
def connected(engine: Engine) -> Iterator[dbapi.Connection]:
    """Hold a connection; LedgerAwayError if the block can't reach the ledger or the server refuses a statement."""
    with reachable(engine), engine.connect() as connection:
        try:
            yield driver_of(connection)
        except dbapi.Error as error:
            raise DBAPIError("", None, error, hide_parameters=True) from error


def driver_of(connection: Connection) -> dbapi.Connection:
    """Return the driver's connection."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, dbapi.Connection)
    return driver
