"""The tables that the program expects are those that the migrations make."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from farebox.record import COLUMNS
from farebox.store.schema import calls, metadata
from sqlalchemy import Column, Float, Integer, MetaData, Numeric, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from .ledgers import new_ledger


def test_a_record_is_a_row_column_for_column() -> None:
    assert tuple(column.name for column in calls.columns) == COLUMNS


def test_the_migrations_make_these_tables(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "ledger.db") as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, metadata) == []


def test_a_column_that_the_migrations_lack_would_be_found(tmp_path: Path) -> None:
    grown = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(grown)
    grown.tables["calls"].append_column(Column("mood", Integer))

    with new_ledger(tmp_path / "ledger.db") as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, grown)

    assert [difference[0] for difference in differences] == ["add_column"]


def test_the_columns_stand_in_the_same_order_in_the_ledger(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "ledger.db") as engine:
        columns = inspect(engine).get_columns("calls")

    assert tuple(column["name"] for column in columns) == COLUMNS


def test_a_call_is_one_row() -> None:
    assert [column.name for column in calls.primary_key] == ["id", "started_at"]


@pytest.mark.parametrize("table", metadata.tables.values(), ids=lambda table: table.name)
def test_no_column_is_a_float(table: object) -> None:
    assert not [column.name for column in getattr(table, "columns", ()) if isinstance(column.type, Float | Numeric)]


def test_postgres_gets_its_own_types() -> None:
    made = str(CreateTable(calls).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]

    for column in ("id UUID", "started_at TIMESTAMP WITH TIME ZONE", "units JSONB", "cost_nanousd BIGINT"):
        assert column in made
