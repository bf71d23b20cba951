"""Notifications are rows before they are sent: an event, and what is under way to each of its destinations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.create_table(
        "alert_events",
        sa.Column("event", sa.Text, primary_key=True),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("kind", "budget", "scope", "name")],
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        *[sa.Column(name, sa.Text, nullable=False) for name in ("threshold", "bound")],
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", json),
    )
    key = ("kind", "budget", "name", "window_start", "threshold", "bound")
    op.create_index("alert_events_key", "alert_events", key, unique=True)
    op.create_table(
        "alert_deliveries",
        sa.Column("event", sa.Text, primary_key=True),
        sa.Column("destination", sa.Text, primary_key=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.Column("problem", sa.Text),
    )
    op.create_index("alert_deliveries_due", "alert_deliveries", ("destination", "delivered_at", "due_at"))
