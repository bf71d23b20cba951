"""Who pays for a call: by the call, a plan, reserved capacity or one's own key; and the kind of its key."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("calls", sa.Column("key_kind", sa.Text))
    for name in ("billing", "billing_source", "plan"):
        op.add_column("calls", sa.Column(name, sa.Text))
        op.add_column("call_prices", sa.Column(name, sa.Text))
    # Sums of earlier calls have no value there, as the calls themselves.
    for table in ("hourly_by_model", "hourly_by_caller"):
        op.add_column(table, sa.Column("billing", sa.Text))
        op.add_column(table, sa.Column("plan", sa.Text))
