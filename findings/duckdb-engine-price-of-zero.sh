#!/usr/bin/env bash
# SQLAlchemy on DuckDB stores a price of $0.00000015 per token as 0, and reads it back with ten decimals.
#
# Surprise: a column of the type Numeric is NUMERIC in SQLAlchemy's DDL for Postgres, where it keeps every digit. duckdb-engine,
# whose dialect is Postgres' own with changes, writes the same DDL, and DuckDB takes it for DECIMAL(18,3). The insert rounds
# without an error, and what is read back is padded to ten decimals, so nothing shows that seven of them were never stored.
# Why it matters: prices per token lie four to seven places behind the point. A ledger or a report that moves from Postgres to
# DuckDB with its models unchanged prices every call at 0, which reads like a real answer.
# What farebox does: it stores no fractions. Money is a whole number of nano-USD in a BIGINT, the same in every database.
#
# Usage: findings/duckdb-engine-price-of-zero.sh [VERSION]. Exit: 0 as described, 1 mended or changed, 2 could not be tried.
set -euo pipefail
version="${1:-0.17.0}"
python="${PYTHON:-python3}"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { echo "needs Python 3.12 or newer: set PYTHON" >&2; exit 2; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
timeout 120 "$python" -m venv "$folder/venv" && timeout 500 "$folder/venv/bin/pip" install --quiet --quiet \
    "duckdb-engine==$version" duckdb==1.5.6 SQLAlchemy==2.1.9 || { echo "could not install the packages" >&2; exit 2; }

cat >"$folder/check.py" <<'PYTHON'
from decimal import Decimal
from importlib.metadata import version

from sqlalchemy import Column, MetaData, Numeric, String, Table, create_engine, insert, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

PRICES = {"gpt-4o-mini": Decimal("0.00000015"), "web search": Decimal("0.0125")}

prices = Table("prices", MetaData(), Column("name", String), Column("usd", Numeric))
engine = create_engine("duckdb:///:memory:")
with engine.begin() as connection:
    prices.create(connection)
    connection.execute(insert(prices), [{"name": name, "usd": usd} for name, usd in PRICES.items()])
    seen = {row.name: row.usd for row in connection.execute(select(prices))}
    column = connection.execute(text("SELECT typeof(usd) FROM prices")).scalars().first()
in_postgres = "NUMERIC" in str(CreateTable(prices).compile(dialect=postgresql.dialect()))
in_duckdb = "NUMERIC" in str(CreateTable(prices).compile(engine))

print("duckdb-engine", version("duckdb-engine"), "duckdb", version("duckdb"), "SQLAlchemy", version("SQLAlchemy"))
print("expected:", ", ".join(f"{name} {usd:f}" for name, usd in PRICES.items()))
print("seen:    ", ", ".join(f"{name} {usd:f}" for name, usd in seen.items()), f"in a column of the type {column}")
print(f"          NUMERIC in the DDL for Postgres: {in_postgres}, for DuckDB: {in_duckdb}")
as_described = seen["gpt-4o-mini"] == 0 and seen["web search"] == Decimal("0.013") and in_postgres and in_duckdb
raise SystemExit(not as_described)
PYTHON
timeout 60 "$folder/venv/bin/python" "$folder/check.py"
