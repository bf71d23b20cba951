"""The tables of a ledger on ClickHouse, as the ledger's columns and a server's version make them. Pure.

Rows are only ever added. A call that is completed or repriced is two rows of `call_changes`: as it was, with the sign
-1, and as it is, with the sign 1, in one insert, so that a sum over both tables is exact at any moment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...records.column import Column, Dimension
from ...records.columns import COLUMNS
from .values import FIRST_WITH_MICROSECONDS, MODERN, Version

CHANGED = (("revision", "UInt32"), ("changed_at", "TIME"), ("is_price", "UInt8"), ("sign", "Int8"))
_LOGGED = (("gone", "UInt8"), ("version", "UInt64"))
_POSITIONS = (
    ("spool", "String"),
    ("sidecar", "Nullable(String)"),
    ("segment", "Int64"),
    ("offset", "Int64"),
    *_LOGGED,
)
_POLLS = (
    *((name, "String") for name in ("host", "dialect", "response_id")),
    ("started_at", "Int64"),
    ("message", "String"),
    *_LOGGED,
)
# A ledger that is away for a week, or 10,000 batches, still recognises a batch whose answer was lost.
_WINDOW, _WINDOW_SECONDS = 10_000, 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns with their types, the rest of its definition, and what distributes its rows."""

    name: str
    columns: Sequence[tuple[str, str]]
    order: str
    shard_by: str
    partition: str = ""
    version: str = ""
    extras: Sequence[str] = ()


def tables(version: Version) -> list[Table]:
    """Return the tables, in the order in which they are made."""
    moment = time_type(version)
    month = month_of(version)
    own = [(column.name, kind_of(column, version)) for column in COLUMNS]
    changed = [(name, moment if kind == "TIME" else kind) for name, kind in CHANGED]
    by_id = "cityHash64(toString(id))"
    index = ["INDEX response_id_bloom response_id TYPE bloom_filter GRANULARITY 4"] if version >= MODERN else []
    return [
        Table("calls", own, "(started_at, id)", by_id, month, extras=index),
        Table("call_changes", [*own, *changed], "(started_at, id, revision)", by_id, month),
        Table("spool_positions_log", _POSITIONS, "spool", "cityHash64(spool)", version="version"),
        Table(
            "pending_polls_log", _POLLS, "(host, dialect, response_id)", "cityHash64(response_id)", version="version"
        ),
        Table("ledger_revisions", [("version_num", "String"), ("made_at", "UInt64")], "version_num", "1"),
    ]


def kind_of(column: Column, version: Version) -> str:
    """Return the type of a column of `calls`."""
    if column.name == "id":
        return "UUID"
    if column.kind is datetime:
        return time_type(version)
    if column.kind is bool:
        kind = "UInt8"
    elif column.kind is int:
        kind = "Int32" if column.is_small else "Int64"
    else:
        kind = "String"
    kind = f"Nullable({kind})" if column.is_nullable else kind
    return f"LowCardinality({kind})" if version >= MODERN and _has_few_values(column) else kind


def _has_few_values(column: Column) -> bool:
    """Return whether a column's texts repeat: what the sums by model are grouped by, and words of farebox's own."""
    is_dimension = isinstance(column.rollup, Dimension) and not column.rollup.by_caller
    return column.kind is str and (is_dimension or column.name in _WORDS)


_WORDS = frozenset(
    {
        *("dialect", "model_requested", "finish_reason", "error_type", "error_code", "error_param", "key_kind"),
        *("usage_source", "price_source", "price_version", "billing_source", "team", "project"),
    }
)


def time_type(version: Version) -> str:
    """Return the type of a time with microseconds."""
    return "DateTime64(6, 'UTC')" if version >= FIRST_WITH_MICROSECONDS else "Int64"


def as_time(column: str) -> str:
    """Return microseconds since 1970 as a time with seconds."""
    return f"toDateTime(intDiv({column}, 1000000), 'UTC')"


def month_of(version: Version) -> str:
    """Return the month of `started_at` in UTC, such as 202512, by which rows are partitioned."""
    return f"toYYYYMM({'started_at' if version >= FIRST_WITH_MICROSECONDS else as_time('started_at')})"


def hour_of(version: Version) -> str:
    """Return the hour of `started_at`, in the type of a time."""
    if version >= FIRST_WITH_MICROSECONDS:
        return "toStartOfHour(started_at)"
    return "intDiv(started_at, 3600000000) * 3600000000"


def create(table: Table, version: Version, database: str, cluster: str | None) -> Iterator[str]:
    """Yield the statements that make `table` if it doesn't exist: on a cluster, on every server of it."""
    everywhere = on_cluster(cluster)
    name = f"{table.name}_local" if cluster else table.name
    parts = ", ".join([*(f"`{column}` {kind}" for column, kind in table.columns), *table.extras])
    partition = f" PARTITION BY {table.partition}" if table.partition else ""
    yield (
        f"CREATE TABLE IF NOT EXISTS {name}{everywhere} ({parts}) ENGINE = {_engine(table, database, cluster)}"
        f"{partition} ORDER BY {table.order}{_settings(version, cluster)}"
    )
    if cluster:
        spread = f"Distributed({cluster}, {database}, {name}, {table.shard_by})"
        # Named by its columns: 18.16 takes no indexes from another table.
        own = ", ".join(f"`{column}` {kind}" for column, kind in table.columns)
        yield f"CREATE TABLE IF NOT EXISTS {table.name}{everywhere} ({own}) ENGINE = {spread}"


def add_column(table: Table, column: tuple[str, str], version: Version, cluster: str | None) -> Iterator[str]:
    """Yield the statements that add a `column`, which is NULL in the rows that are there."""
    # Only later servers take it; before, it matters if several recorders migrate at once.
    guard = " IF NOT EXISTS" if version >= FIRST_WITH_MICROSECONDS else ""
    for name in (f"{table.name}_local", table.name) if cluster else (table.name,):
        yield f"ALTER TABLE {name}{on_cluster(cluster)} ADD COLUMN{guard} `{column[0]}` {column[1]}"


def on_cluster(cluster: str | None) -> str:
    """Return what makes a statement run on every server of `cluster`."""
    return f" ON CLUSTER {cluster}" if cluster else ""


def _engine(table: Table, database: str, cluster: str | None) -> str:
    kind = "ReplacingMergeTree" if table.version else "MergeTree"
    replaced = [table.version] if table.version else []
    if cluster is None:
        return f"{kind}({', '.join(replaced)})"
    place = f"'/clickhouse/tables/{{shard}}/farebox/{database}/{table.name}'"
    return f"Replicated{kind}({', '.join([place, chr(39) + '{replica}' + chr(39), *replaced])})"


def _settings(version: Version, cluster: str | None) -> str:
    chosen = {"fsync_after_insert": 1, "fsync_part_directory": 1} if version >= MODERN else {}
    if cluster:
        chosen |= {
            "replicated_deduplication_window": _WINDOW,
            "replicated_deduplication_window_seconds": _WINDOW_SECONDS,
        }
    elif version >= MODERN:
        chosen |= {"non_replicated_deduplication_window": _WINDOW}
    return f" SETTINGS {', '.join(f'{name} = {value}' for name, value in chosen.items())}" if chosen else ""
