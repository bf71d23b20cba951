"""Hourly sums of calls: by what was called, and by who called; with those of the calls that are there."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

CALLED = ["sidecar", "provider", "host", "model", "operation", "service_tier"]
CALLED += ["outcome", "status", "cost_status", "purpose", "client_app"]
CALLER = ["user_id", "team", "project", "key_fingerprint"]
MEASURES = ["input_tokens", "cacheable_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens"]
MEASURES += ["reasoning_tokens", "cost_nanousd", "catalogue_cost_nanousd", "duration_ms"]
TABLES = {
    "hourly_by_model": (CALLED, [*MEASURES, "ttft_ms"], ["duration_ms", "ttft_ms"]),
    "hourly_by_caller": ([*CALLED, *CALLER], MEASURES, ["duration_ms"]),
}
BOUNDS = [10, 20, 50, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800]
BOUNDS += [1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000]
BOUNDS += [10000, 12500, 16000, 20000, 25000, 31500, 40000, 50000, 63000, 80000, 100000, 200000, 500000]
NEVER_NULL = {"provider", "host", "outcome", "cost_status"}
# Calls at their current prices, by what they are summed up.
SOURCE = """
    SELECT coalesce(c.model_returned, c.model_requested) AS model,
        CASE WHEN c.cache_read_tokens IS NOT NULL THEN c.input_tokens END AS cacheable_tokens,
        CASE WHEN p.revision IS NULL THEN c.cost_nanousd ELSE p.cost_nanousd END AS cost_nanousd,
        CASE WHEN p.revision IS NULL THEN c.cost_status ELSE p.cost_status END AS cost_status,
        CASE WHEN p.revision IS NULL THEN c.catalogue_cost_nanousd ELSE p.catalogue_cost_nanousd END
            AS catalogue_cost_nanousd,
        {others}
    FROM calls c LEFT JOIN call_prices p ON p.call_id = c.id AND p.started_at = c.started_at AND p.revision = (
        SELECT max(revision) FROM call_prices n WHERE n.call_id = c.id AND n.started_at = c.started_at)
    WHERE c.started_at >= :begins AND c.started_at < :ends
"""
OWN = {"model", "cacheable_tokens", "cost_nanousd", "cost_status", "catalogue_cost_nanousd"}
OTHERS = ", ".join(f"c.{name}" for name in [*CALLED, *CALLER, *MEASURES, "ttft_ms"] if name not in OWN)


def upgrade() -> None:
    made = []
    for name, (dimensions, measures, histograms) in TABLES.items():
        table = op.create_table(
            name,
            sa.Column("hour", sa.DateTime(timezone=True), primary_key=True),
            sa.Column("key", sa.LargeBinary(16), primary_key=True),
            *[
                sa.Column(name, sa.Integer if name == "status" else sa.Text, nullable=name not in NEVER_NULL)
                for name in dimensions
            ],
            sa.Column("calls", sa.Integer, nullable=False),
            *[
                column
                for name in measures
                for column in (sa.Column(name, sa.BigInteger), sa.Column(f"{name}_known", sa.Integer, nullable=False))
            ],
            *[sa.Column(f"{name}_to_{bound}", sa.Integer) for name in histograms for bound in BOUNDS],
            sqlite_with_rowid=False,
        )
        made.append(table)
    if op.get_bind().dialect.name == "postgresql":
        # So that no sidecar writes a call that is in no sum.
        op.execute("LOCK TABLE calls, call_prices IN SHARE ROW EXCLUSIVE MODE")
    fill(made)


def fill(tables: list[sa.Table]) -> None:
    moment = sa.DateTime(timezone=True)
    first = sa.text("SELECT min(started_at) AS first FROM calls WHERE started_at >= :at")
    first = first.bindparams(sa.bindparam("at", type_=moment)).columns(first=moment)
    at = datetime(1, 1, 2, tzinfo=UTC)
    while (next_one := op.get_bind().scalar(first, {"at": at})) is not None:
        hour = next_one.replace(tzinfo=UTC) if next_one.tzinfo is None else next_one.astimezone(UTC)
        hour = hour.replace(minute=0, second=0, microsecond=0)
        for table in tables:
            if rows := sums_of(table.name, hour):
                op.bulk_insert(table, rows)
        at = hour + timedelta(hours=1)


def sums_of(table: str, hour: datetime) -> list[dict[str, object]]:
    dimensions, measures, histograms = TABLES[table]
    sums = ["count(*) AS calls"]
    for name in measures:
        sums += [f"sum({name}) AS {name}", f"count({name}) AS {name}_known"]
    for name in histograms:
        for low, high in zip([None, *BOUNDS], BOUNDS):
            above = "" if low is None else f"{name} > {low} AND "
            sums.append(f"sum(CASE WHEN {above}{name} <= {high} THEN 1 END) AS {name}_to_{high}")
    names = ", ".join(dimensions)
    source = SOURCE.format(others=OTHERS)
    query = sa.text(f"SELECT {names}, {', '.join(sums)} FROM ({source}) AS told GROUP BY {names}").bindparams(
        sa.bindparam("begins", hour, sa.DateTime(timezone=True)),
        sa.bindparam("ends", hour + timedelta(hours=1), sa.DateTime(timezone=True)),
    )
    rows = []
    for row in op.get_bind().execute(query).mappings():
        key = blake2b(msgspec.json.encode([row[name] for name in dimensions]), digest_size=16).digest()
        rows.append({**row, "hour": hour, "key": key})
    return rows
