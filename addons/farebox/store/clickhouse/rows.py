"""Rows to ClickHouse: each insert is one block, which the server stores whole or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ...records.columns import COLUMNS
from ...records.record import Record
from ..schema import as_json
from .dbapi import Connection
from .values import FIRST_WITH_MICROSECONDS, MODERN, Version, literal, micros, quoted, text_of

_JSON = frozenset(column.name for column in COLUMNS if column.is_json)
_NAMES = tuple(column.name for column in COLUMNS)
_LARGEST = {column.name: 2**31 if column.is_small else 2**63 for column in COLUMNS if column.kind is int}
# The batch is one block, and its rows may be of any month; an answer means stored, on every shard.
_INSERTING = {"async_insert": "0", "max_partitions_per_insert_block": "0"}
_SHARDED = {"insert_distributed_sync": "1"}
_IDS_AT_ONCE = 1_000


def fits(record: Record) -> bool:
    """Return whether the columns' types can hold the numbers of `record`."""
    amounts = ((getattr(record, name), largest) for name, largest in _LARGEST.items())
    return all(amount is None or -largest <= amount < largest for amount, largest in amounts)


def row_of(record: Record, version: Version) -> dict[str, Any]:
    """Return the values of `record` as JSONEachRow reads them; a column that is left out is NULL."""
    row: dict[str, Any] = {}
    for name, value in zip(_NAMES, msgspec.structs.astuple(record), strict=True):
        if value is None:
            continue
        if name in _JSON:
            row[name] = as_json(value)
        elif isinstance(value, datetime):
            row[name] = moment(value, version)
        else:
            row[name] = int(value) if isinstance(value, bool) else value
    return row


def moment(value: datetime, version: Version) -> str | int:
    """Return a time as JSONEachRow reads it."""
    return text_of(value) if version >= FIRST_WITH_MICROSECONDS else micros(value)


def insert(
    connection: Connection, table: str, rows: Sequence[Mapping[str, Any]], token: str, *, query_id: str | None = None
) -> None:
    """Store `rows` in `table`; a second insert with the same `token` stores nothing. OperationalError.

    Servers before tokens recognise the same rows in the same order, where tables are replicated.
    """
    if not rows:
        return
    names = dict.fromkeys(name for row in rows for name in row)
    settings = {**_INSERTING, "insert_deduplication_token": token} if connection.version >= MODERN else {}
    if connection.server.address.cluster:
        settings |= _SHARDED
    if query_id is not None:
        settings["query_id"] = query_id
    columns = ", ".join(f"`{name}`" for name in names)
    body = b"\n".join(map(msgspec.json.encode, rows))
    connection.ask(f"INSERT INTO {table} ({columns}) FORMAT JSONEachRow", body, settings)


def known_ids(connection: Connection, records: Sequence[Record]) -> set[str]:
    """Return the ids of those of `records` that are stored."""
    found: set[str] = set()
    for start in range(0, len(records), _IDS_AT_ONCE):
        some = records[start : start + _IDS_AT_ONCE]
        # The starts come first in the table's order, so that few rows are read.
        starts = ", ".join(sorted({literal(record.started_at, connection.version) for record in some}))
        where = f"started_at IN ({starts}) AND id IN ({_list(record.id for record in some)})"
        answer = connection.ask(f"SELECT toString(id) FROM calls WHERE {where} FORMAT TabSeparated")
        found.update(answer.split())
    return found


def running(connection: Connection, prefix: str) -> bool:
    """Return whether a server still executes a part of a statement whose id begins with `prefix`."""
    cluster = connection.server.address.cluster
    # A shard may still write its part after the server that spread the rows has ended.
    servers = f"cluster({quoted(cluster)}, system.processes)" if cluster else "system.processes"
    where = f"startsWith(initial_query_id, {quoted(prefix)})"
    return connection.ask(f"SELECT count() FROM {servers} WHERE {where} FORMAT TabSeparated").strip() != "0"


def _list(ids: Iterable[str]) -> str:
    return ", ".join(map(quoted, ids))
