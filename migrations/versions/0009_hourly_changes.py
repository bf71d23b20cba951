"""Each change of an hour's sums is counted, so that a reader finds the hours that have changed since it read them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "hourly_changes",
        sa.Column("hour", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("sidecar", sa.Text, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
