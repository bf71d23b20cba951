"""Calls can be traced to a message, an agent and a trace."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for name in ("message_id", "agent_id", "trace"):
        op.add_column("calls", sa.Column(name, sa.Text))
