"""What links calls: rows are found by response id, and looks wait for rows that are not there yet."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("calls_response_id", "calls", ["response_id"])
    op.create_table(
        "waiting_looks",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("dialect", sa.Text, primary_key=True),
        sa.Column("response_id", sa.Text, primary_key=True),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
    )
