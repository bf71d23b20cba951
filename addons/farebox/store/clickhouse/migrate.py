"""Makes the tables of a ledger on ClickHouse, and adds the columns that a later version of farebox needs."""

import time
from collections.abc import Iterator

from sqlalchemy import Engine

from . import tables, views
from .dbapi import Connection
from .engine import connected
from .rows import insert
from .values import MODERN, quoted

# Statements on a cluster wait for every server of it.
_PATIENT = {"distributed_ddl_task_timeout": "120"}


def migrate(engine: Engine, head: str) -> None:
    """Bring the tables to the revision `head`; every step may be repeated. LedgerAwayError."""
    with connected(engine) as connection:
        for statement in _statements(connection):
            connection.ask(statement, settings=_PATIENT)
        # Last: a ledger without it is migrated again.
        made = {"version_num": head, "made_at": time.time_ns()}
        insert(connection, "ledger_revisions", [made], f"revision:{head}:{made['made_at']}")


def _statements(connection: Connection) -> Iterator[str]:
    version, address = connection.version, connection.server.address
    is_new = not _columns(connection, "calls")
    for table in tables.tables(version):
        yield from tables.create(table, version, address.database, address.cluster)
        present = _columns(connection, table.name)
        for column in table.columns:
            if column[0] not in present:
                yield from tables.add_column(table, column, version, address.cluster)
    if version >= MODERN and is_new:
        yield from _projections(connection)
    for name, query in views.views(version).items():
        yield from views.create(name, query, address.database, address.cluster)


def _projections(connection: Connection) -> Iterator[str]:
    cluster = connection.server.address.cluster
    name = f"calls_local{tables.on_cluster(cluster)}" if cluster else "calls"
    for projection, query in views.projections(connection.version):
        yield f"ALTER TABLE {name} ADD PROJECTION IF NOT EXISTS {projection} ({query})"


def _columns(connection: Connection, table: str) -> set[str]:
    where = f"database = currentDatabase() AND table = {quoted(table)}"
    return set(connection.ask(f"SELECT name FROM system.columns WHERE {where} FORMAT TabSeparated").split("\n")) - {""}
