"""The revision of a ledger is read without what only a migration needs."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from farebox.errors import LedgerAwayError, LedgerError
from farebox.home import assets
from farebox.store.migrate import migrate
from farebox.store.revisions import known_revisions, revisions
from sqlalchemy import Engine, text

from tests.support.ledgers import opened

SCRIPTS = ScriptDirectory(str(assets.migrations()))


def test_the_revisions_are_alembic_s_in_their_order() -> None:
    assert known_revisions() == [script.revision for script in SCRIPTS.walk_revisions()][::-1]


def test_an_empty_ledger_has_none_and_a_migrated_one_the_newest(empty: Engine) -> None:
    head = SCRIPTS.get_current_head()

    assert revisions(empty) == (None, head)
    migrate(empty)
    assert revisions(empty) == (head, head)


def test_a_missing_file_is_not_created(tmp_path: Path) -> None:
    with opened(tmp_path / "none.db") as engine:
        assert revisions(engine)[0] is None

    assert not (tmp_path / "none.db").exists()


def test_a_revision_of_a_newer_farebox_is_an_error(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for read in (revisions, migrate):
        with pytest.raises(LedgerError, match=r"at revision 9999, .* Upgrade farebox"):
            read(engine)


def test_a_file_that_is_no_database_is_an_error_and_one_that_cannot_be_opened_is_away(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database " * 100)
    (tmp_path / "folder").mkdir()

    with opened(tmp_path / "notes.txt") as engine, pytest.raises(LedgerError, match="is not a ledger"):
        revisions(engine)
    with opened(tmp_path / "folder") as engine, pytest.raises(LedgerAwayError):
        revisions(engine)


@pytest.mark.parametrize("module", ["farebox.cli.up", "farebox.recorder.process"])
def test_a_start_imports_neither_alembic_nor_a_driver_that_it_does_not_need(module: str) -> None:
    code = f"import sys, {module}; print([name for name in ('alembic', 'mako', 'psycopg') if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)

    assert done.stdout.strip() == "[]"
