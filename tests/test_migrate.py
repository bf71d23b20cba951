"""Bringing a ledger's schema up to date."""

import shutil
from pathlib import Path

import pytest
from alembic.runtime.migration import MigrationContext
from farebox import assets
from farebox.errors import LedgerAwayError, LedgerError
from farebox.store import queries
from farebox.store.migrate import migrate
from farebox.store.schema import metadata
from sqlalchemy import Engine, inspect, text

from .ledgers import locked, opened


def revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@pytest.mark.parametrize(
    "name", ["ledger.db", "100% of it/the ledger.db", "%(here)s/%d.db", "a#b/ledger.db", "ünïcödé/✓.db"]
)
def test_an_empty_ledger_gets_its_tables_wherever_it_is(tmp_path: Path, name: str) -> None:
    with opened(tmp_path / name) as engine:
        before, after = migrate(engine)

        assert before is None
        assert after == revision(engine) != ""
        assert set(inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}
        assert list(queries.all_calls(engine)) == []
    assert (tmp_path / name).is_file()


def test_the_program_may_be_installed_wherever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "100% of %(it)s"
    shutil.copytree(assets.migrations(), package / "_assets" / "migrations")
    monkeypatch.setattr(assets, "_PACKAGE", package)

    with opened(tmp_path / "ledger.db") as engine:
        migrate(engine)

        assert "calls" in inspect(engine).get_table_names()


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path / "ledger.db") as engine:
        _, head = migrate(engine)

        assert migrate(engine) == (head, head)


def test_a_ledger_of_a_newer_farebox_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with opened(path) as engine:
        migrate(engine)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'f00d'"))

        with pytest.raises(LedgerError) as refused:
            migrate(engine)

        assert revision(engine) == "f00d"
    for said in (str(path), "f00d", "newer farebox", "Upgrade farebox", "--ledger"):
        assert said in str(refused.value)


def test_a_migration_that_cannot_run_leaves_nothing_half_done(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with opened(path) as engine:
        with engine.connect():
            pass
        with locked(path), pytest.raises(LedgerAwayError, match="locked"):
            migrate(engine)
        assert inspect(engine).get_table_names() == []

        migrate(engine)

        assert "calls" in inspect(engine).get_table_names()


def test_a_file_that_is_no_ledger_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"a shopping list, and not a short one" * 100)

    with opened(path) as engine, pytest.raises(LedgerError, match=r"ledger\.db is no ledger .* --ledger"):
        migrate(engine)
