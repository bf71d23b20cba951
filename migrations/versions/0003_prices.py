"""What sets a price beside model and tier, and the prices that calls are given later."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    op.add_column("calls", sa.Column("price_context", JSON))
    op.add_column("calls", sa.Column("parts", JSON))
    op.create_table(
        "call_prices",
        sa.Column("call_id", UUID, primary_key=True),
        sa.Column("started_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("priced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("estimate", JSON),
        sa.Column("cost_nanousd", sa.BigInteger),
        sa.Column("cost_status", sa.Text, nullable=False),
        sa.Column("cost_reasons", JSON),
        sa.Column("catalogue_cost_nanousd", sa.BigInteger),
        sa.Column("price_source", sa.Text),
        sa.Column("price_version", sa.Text),
        sa.Column("rate_card", JSON),
    )
    op.create_index("call_prices_started_at", "call_prices", ["started_at"])
