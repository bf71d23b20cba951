"""The ledger's tables. `migrations/` makes them; this says what the program expects to find."""

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
)
from sqlalchemy.dialects import postgresql

from .rollups.tables import ROLLUP_TABLES, RollupTable, known

metadata = MetaData()


def as_json(value: object) -> str:
    """Return JSON as the ledger has it, in one way only: SQLite groups by its text."""
    return msgspec.json.encode(value).decode()


def _json() -> JSON:
    return JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _uuid() -> String:
    return String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text) for name in names]


def _counts(*names: str) -> list[Column[int]]:
    return [Column(name, BigInteger) for name in names]


calls = Table(
    "calls",
    metadata,
    Column("id", _uuid(), primary_key=True),
    Column("started_at", DateTime(timezone=True), primary_key=True),
    Column("sidecar", Text),
    Column("provider", Text, nullable=False),
    Column("host", Text, nullable=False),
    *_texts("dialect", "operation", "provider_request_id", "response_id"),
    *_texts("model_requested", "model_returned", "service_tier"),
    Column("streamed", Boolean),
    Column("status", Integer),
    Column("outcome", Text, nullable=False),
    *_texts("error_type", "error_code", "error_param", "finish_reason"),
    Column("attempt", Integer),
    *_counts("input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens"),
    *_counts("input_audio_tokens", "input_image_tokens", "output_tokens", "reasoning_tokens"),
    *_counts("output_audio_tokens", "output_image_tokens"),
    Column("units", _json()),
    Column("usage_source", Text, nullable=False),
    Column("estimate", _json()),
    Column("raw_usage", _json()),
    Column("cost_nanousd", BigInteger),
    Column("cost_status", Text, nullable=False),
    Column("cost_reasons", _json()),
    Column("catalogue_cost_nanousd", BigInteger),
    *_texts("price_source", "price_version"),
    Column("rate_card", _json()),
    *_counts("duration_ms", "ttfb_ms", "ttft_ms", "output_chunks", "overhead_us", "request_bytes", "response_bytes"),
    *_texts("user_id", "team", "project", "conversation", "client_app", "client_addr", "key_fingerprint"),
    Column("tags", _json()),
    *_texts("purpose", "request_hash"),
    Column("params", _json()),
    Column("ratelimit", _json()),
    Column("price_context", _json()),
    Column("parts", _json()),
    Index("calls_started_at", "started_at"),
    Index("calls_response_id", "response_id"),
    postgresql_partition_by="RANGE (started_at)",
)

call_prices = Table(
    "call_prices",
    metadata,
    Column("call_id", _uuid(), primary_key=True),
    Column("started_at", DateTime(timezone=True), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("priced_at", DateTime(timezone=True), nullable=False),
    Column("estimate", _json()),
    Column("cost_nanousd", BigInteger),
    Column("cost_status", Text, nullable=False),
    Column("cost_reasons", _json()),
    Column("catalogue_cost_nanousd", BigInteger),
    *_texts("price_source", "price_version"),
    Column("rate_card", _json()),
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
