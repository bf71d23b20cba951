"""The ledger's tables. `migrations/` makes them; this says what the program expects to find."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    and_,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from ..records import columns
from ..records.column import Column as LedgerColumn
from .rollups.tables import ROLLUP_TABLES, RollupTable, known

metadata = MetaData()
# What makes an event one of its kind.
EVENT_KEY = ("kind", "budget", "name", "window_start", "threshold", "bound")


def as_json(value: object) -> str:
    """Return JSON as the ledger has it, in one way only: SQLite groups by its text."""
    return msgspec.json.encode(value).decode()


def _json() -> JSON:
    return JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _uuid() -> String:
    return String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


_TYPES: Mapping[type, Callable[[], TypeEngine[Any]]] = {
    str: Text,
    int: BigInteger,
    bool: Boolean,
    datetime: lambda: DateTime(timezone=True),
    dict: _json,
    list: _json,
}


def _column(column: LedgerColumn) -> Column[Any]:
    kind = _uuid() if column.name == "id" else Integer() if column.is_small else _TYPES[column.kind]()
    return Column(column.name, kind, primary_key=column.name in _KEY, nullable=column.is_nullable)


# The call's id comes first, so that rows may be distributed by it.
_KEY = columns.Key.__struct_fields__

calls = Table(
    "calls",
    metadata,
    *map(_column, columns.COLUMNS),
    Index("calls_started_at", "started_at"),
    Index("calls_response_id", "response_id"),
    postgresql_partition_by="RANGE (started_at)",
)
# What reports and sums count.
IS_CALL = and_(*map(calls.c.operation.is_distinct_from, columns.NOT_COUNTED))

call_prices = Table(
    "call_prices",
    metadata,
    Column("call_id", _uuid(), primary_key=True),
    Column("started_at", DateTime(timezone=True), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("priced_at", DateTime(timezone=True), nullable=False),
    *map(_column, columns.PRICED),
    Index("call_prices_started_at", "started_at"),
    postgresql_partition_by="RANGE (started_at)",
)

pending_polls = Table(
    "pending_polls",
    metadata,
    *[Column(name, Text, primary_key=True) for name in ("host", "dialect", "response_id")],
    Column("started_at", BigInteger, nullable=False),
    Column("message", LargeBinary, nullable=False),
)

spool_positions = Table(
    "spool_positions",
    metadata,
    Column("spool", String(64), primary_key=True),
    Column("sidecar", Text),
    Column("segment", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
)

# How often the sums of an hour have changed. Each sidecar counts its own changes, so that none waits for another.
hourly_changes = Table(
    "hourly_changes",
    metadata,
    Column("hour", DateTime(timezone=True), primary_key=True),
    Column("sidecar", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)

# What was told or is to be told: a row before it is sent, once for each threshold of a budget in a window.
alert_events = Table(
    "alert_events",
    metadata,
    Column("event", Text, primary_key=True),
    *[Column(name, Text, nullable=False) for name in ("kind", "budget", "scope", "name")],
    Column("window_start", DateTime(timezone=True), nullable=False),
    *[Column(name, Text, nullable=False) for name in ("threshold", "bound")],
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("figures", _json()),
    Index("alert_events_key", *EVENT_KEY, unique=True),
)
# An event's way to one destination. Until `due_at`, nobody tries: a sidecar is at it, or the last attempt failed.
alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    Column("event", Text, primary_key=True),
    Column("destination", Text, primary_key=True),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("delivered_at", DateTime(timezone=True)),
    Column("problem", Text),
    Index("alert_deliveries_due", "destination", "delivered_at", "due_at"),
)


def _hourly(rollup: RollupTable) -> Table:
    """Return a table of hourly sums. `key` is a hash of the dimensions, of which any may be NULL."""
    return Table(
        rollup.table,
        metadata,
        Column("hour", DateTime(timezone=True), primary_key=True),
        Column("key", LargeBinary(16), primary_key=True),
        *[
            Column(name, Integer if name == "status" else Text, nullable=name not in _ALWAYS_TOLD)
            for name in rollup.dimensions
        ],
        Column("calls", Integer, nullable=False),
        *[
            column
            for name in rollup.measures
            for column in (Column(name, BigInteger), Column(known(name), Integer, nullable=False))
        ],
        *[Column(name, Integer) for name in rollup.buckets],
        # The key's order is that of time, which a table of its own beside it need not have.
        sqlite_with_rowid=False,
    )


_ALWAYS_TOLD = frozenset(column.name for column in calls.columns if not column.nullable)
hourly = {rollup.table: _hourly(rollup) for rollup in ROLLUP_TABLES}
