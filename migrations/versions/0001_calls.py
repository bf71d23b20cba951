"""The table of calls, and how far each spool is in it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("started_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("sidecar", sa.Text),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("dialect", sa.Text),
        sa.Column("operation", sa.Text),
        sa.Column("provider_request_id", sa.Text),
        sa.Column("response_id", sa.Text),
        sa.Column("model_requested", sa.Text),
        sa.Column("model_returned", sa.Text),
        sa.Column("service_tier", sa.Text),
        sa.Column("streamed", sa.Boolean),
        sa.Column("status", sa.Integer),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("error_type", sa.Text),
        sa.Column("error_code", sa.Text),
        sa.Column("error_param", sa.Text),
        sa.Column("finish_reason", sa.Text),
        sa.Column("attempt", sa.Integer),
        sa.Column("input_tokens", sa.BigInteger),
        sa.Column("cache_read_tokens", sa.BigInteger),
        sa.Column("cache_write_tokens", sa.BigInteger),
        sa.Column("cache_write_1h_tokens", sa.BigInteger),
        sa.Column("input_audio_tokens", sa.BigInteger),
        sa.Column("input_image_tokens", sa.BigInteger),
        sa.Column("output_tokens", sa.BigInteger),
        sa.Column("reasoning_tokens", sa.BigInteger),
        sa.Column("output_audio_tokens", sa.BigInteger),
        sa.Column("output_image_tokens", sa.BigInteger),
        sa.Column("units", JSON),
        sa.Column("usage_source", sa.Text, nullable=False),
        sa.Column("estimate", JSON),
        sa.Column("raw_usage", JSON),
        sa.Column("cost_nanousd", sa.BigInteger),
        sa.Column("cost_status", sa.Text, nullable=False),
        sa.Column("cost_reasons", JSON),
        sa.Column("catalogue_cost_nanousd", sa.BigInteger),
        sa.Column("price_source", sa.Text),
        sa.Column("price_version", sa.Text),
        sa.Column("rate_card", JSON),
        sa.Column("duration_ms", sa.BigInteger),
        sa.Column("ttfb_ms", sa.BigInteger),
        sa.Column("ttft_ms", sa.BigInteger),
        sa.Column("output_chunks", sa.BigInteger),
        sa.Column("overhead_us", sa.BigInteger),
        sa.Column("request_bytes", sa.BigInteger),
        sa.Column("response_bytes", sa.BigInteger),
        sa.Column("user_id", sa.Text),
        sa.Column("team", sa.Text),
        sa.Column("project", sa.Text),
        sa.Column("conversation", sa.Text),
        sa.Column("client_app", sa.Text),
        sa.Column("client_addr", sa.Text),
        sa.Column("key_fingerprint", sa.Text),
        sa.Column("tags", JSON),
        sa.Column("purpose", sa.Text),
        sa.Column("request_hash", sa.Text),
        sa.Column("params", JSON),
        sa.Column("ratelimit", JSON),
    )
    op.create_index("calls_started_at", "calls", ["started_at"])
    op.create_table(
        "spool_positions",
        sa.Column("spool", sa.String(64), primary_key=True),
        sa.Column("sidecar", sa.Text),
        sa.Column("segment", sa.BigInteger, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
    )
