"""Polls that wait for their row have a table named after them."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.rename_table("waiting_looks", "pending_polls")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX waiting_looks_pkey RENAME TO pending_polls_pkey")
