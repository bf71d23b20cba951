"""Old months of calls are dropped whole, with what changed in them; their hourly sums go with them."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from ...errors import LedgerAwayError
from . import tables
from .dbapi import Connection
from .engine import connected
from .values import MODERN, literal, moment_of

logger = logging.getLogger(__name__)

_PURGE_SECONDS = 3600.0
# Changes first: those of calls that are gone would be counted as calls.
_TABLES = ("call_changes", "calls")
# A server on which nobody set it refuses to drop more than 50 GB.
_ANY_SIZE = {"max_partition_size_to_drop": "0"}
_PATIENT = {"distributed_ddl_task_timeout": "120"}


class Retention:
    """Drops the months of which every call is older than `keep`, by days in UTC."""

    def __init__(
        self,
        engine: Engine,
        keep: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._keep = engine, keep
        self._now, self._monotonic = now, monotonic
        self._next = 0.0
        self._logged: set[str] = set()

    def purge(self) -> None:
        """Drop what is old, at most once an hour. Errors are logged, and it is tried again an hour later."""
        if self._monotonic() < self._next:
            return
        self._next = self._monotonic() + _PURGE_SECONDS
        try:
            with connected(self._engine) as connection:
                # One sidecar whose clock is ahead must not drop what all others recorded.
                before = min(self._now(), _servers_time(connection)) - self._keep
                for table in _TABLES:
                    _drop(connection, table, before.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
        except LedgerAwayError as error:
            self._warn(f"old months are not dropped yet: {error.trouble}")

    def _warn(self, message: str) -> None:
        if message not in self._logged:
            self._logged.add(message)
            logger.warning("%s", message)


def _servers_time(connection: Connection) -> datetime:
    return moment_of(int(connection.ask("SELECT toUnixTimestamp(now()) FORMAT TabSeparated")) * 1_000_000)


def _drop(connection: Connection, table: str, before: datetime) -> None:
    """Drop the months of `table` before that of `before`; one that holds a younger row too stays."""
    month, start = tables.month_of(connection.version), literal(before, connection.version)
    old = _numbers(connection, f"SELECT DISTINCT {month} FROM {table} WHERE started_at < {start}")
    if not old:
        return
    # Servers before 20.1 put times after 2106 into months of the past.
    here = f"{month} IN ({', '.join(map(str, sorted(old)))})"
    mixed = _numbers(connection, f"SELECT DISTINCT {month} FROM {table} WHERE {here} AND started_at >= {start}")
    cluster = connection.server.address.cluster
    name = f"{table}_local{tables.on_cluster(cluster)}" if cluster else table
    settings = {**_PATIENT, **(_ANY_SIZE if connection.version >= MODERN else {})}
    for number in sorted(old - mixed):
        connection.ask(f"ALTER TABLE {name} DROP PARTITION {number}", settings=settings)


def _numbers(connection: Connection, query: str) -> set[int]:
    return {int(number) for number in connection.ask(f"{query} FORMAT TabSeparated").split()}
