"""Removes a person from the calls and from what changed in them: every part that has the person is written anew.

The hourly sums that a part keeps are made anew with it.
"""

import time
from collections.abc import Sequence

from sqlalchemy import Engine

from ...errors import LedgerAwayError
from .. import faults
from . import tables
from .dbapi import Connection
from .engine import connected
from .values import FIRST_WITH_MICROSECONDS, quoted

# Where the server can, the statement waits for every replica.
_WAITING = {"mutations_sync": "2", "distributed_ddl_task_timeout": "-1"}
_LOOK_SECONDS, _LONGEST_SECONDS = 0.2, 3600.0


def forget(engine: Engine, column: str, value: str, traces: Sequence[str]) -> int:
    """Clear `column` and `traces` where `column` is `value`; return of how many calls. LedgerAwayError.

    Calls that are recorded meanwhile may keep theirs.
    """
    is_theirs = f"`{column}` = {quoted(value)}"
    with connected(engine) as connection:
        number = int(connection.ask(f"SELECT count() FROM calls WHERE {is_theirs} FORMAT TabSeparated"))
        for table in ("calls", "call_changes"):
            _clear(connection, table, (column, *traces), is_theirs)
        until = time.monotonic() + _LONGEST_SECONDS
        while _is_clearing(connection):
            if time.monotonic() > until:
                trouble = "still removes the person: look at system.mutations"
                raise LedgerAwayError(f"ledger {faults.name(engine)} {trouble}", f"it {trouble}")
            time.sleep(_LOOK_SECONDS)
    return number


def _clear(connection: Connection, table: str, columns: Sequence[str], condition: str) -> None:
    cluster = connection.server.address.cluster
    name = f"{table}_local{tables.on_cluster(cluster)}" if cluster else table
    cleared = ", ".join(f"`{column}` = NULL" for column in columns)
    settings = _WAITING if connection.version >= FIRST_WITH_MICROSECONDS else {}
    connection.ask(f"ALTER TABLE {name} UPDATE {cleared} WHERE {condition}", settings=settings)


def _is_clearing(connection: Connection) -> bool:
    """Return whether a server still writes parts anew."""
    address = connection.server.address
    servers = "system.mutations"
    if address.cluster:
        # Before 20.1, no function asks the other replicas of a shard.
        of_all = "clusterAllReplicas" if connection.version >= FIRST_WITH_MICROSECONDS else "cluster"
        servers = f"{of_all}({quoted(address.cluster)}, system.mutations)"
    where = f"database = {quoted(address.database)} AND startsWith(table, 'call') AND is_done = 0"
    return connection.ask(f"SELECT count() FROM {servers} WHERE {where} FORMAT TabSeparated").strip() != "0"
