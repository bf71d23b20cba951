"""On Postgres, calls and their prices lie in a table for each month of their start, in UTC; SQLite stays as it is."""

from alembic import op
from sqlalchemy import text

revision = "0004"
down_revision = "0003"

TABLES = {
    "calls": ("id, started_at", {"calls_started_at": "started_at", "calls_response_id": "response_id"}),
    "call_prices": ("call_id, started_at, revision", {"call_prices_started_at": "started_at"}),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        # So that no sidecar writes while rows move.
        op.execute(f"LOCK TABLE {', '.join(TABLES)} IN ACCESS EXCLUSIVE MODE")
        for table, (key, indexes) in TABLES.items():
            _partition(table, key, indexes)


def _partition(table: str, key: str, indexes: dict[str, str]) -> None:
    before = f"{table}_before"
    op.execute(f"ALTER TABLE {table} RENAME TO {before}")
    op.execute(f"ALTER TABLE {before} DROP CONSTRAINT {table}_pkey")
    for name in indexes:
        op.execute(f"DROP INDEX {name}")
    op.execute(f"CREATE TABLE {table} (LIKE {before} INCLUDING DEFAULTS) PARTITION BY RANGE (started_at)")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY ({key})")
    for name, columns in indexes.items():
        op.execute(f"CREATE INDEX {name} ON {table} ({columns})")
    # Takes what no month takes, so that a row of any time has a place.
    op.execute(f"CREATE TABLE {table}_other PARTITION OF {table} DEFAULT")
    months = "SELECT DISTINCT date_trunc('month', started_at AT TIME ZONE 'UTC') AS month"
    rows = op.get_bind().execute(
        text(
            f"SELECT to_char(month, 'YYYY_MM'), month, month + interval '1 month' FROM ({months} FROM {before}) AS told "
            "WHERE month BETWEEN '2020-01-01' AND now() + interval '2 months' ORDER BY month"
        )
    )
    for name, begins, ends in rows.all():
        op.execute(
            f"CREATE TABLE {table}_{name} PARTITION OF {table} FOR VALUES FROM ('{begins}+00') TO ('{ends}+00')"
        )
    op.execute(f"INSERT INTO {table} SELECT * FROM {before}")
    op.execute(f"DROP TABLE {before}")
