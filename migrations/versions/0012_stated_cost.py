"""A cost that a response states, but that doesn't count, is kept beside the call's own."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("calls", sa.Column("stated_cost_nanousd", sa.BigInteger))
