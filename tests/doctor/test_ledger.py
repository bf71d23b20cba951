"""The ledger's state is found without creating or migrating anything."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from farebox.config.settings import Settings, load
from farebox.doctor import ledger
from farebox.doctor.finding import OK, PROBLEM, WARNING
from farebox.store.engine import open_engine
from farebox.store.revisions import revisions

from tests.support.findings import levels, only
from tests.support.ledgers import locked, new_ledger


def revised(path: Path, revision: str | None) -> None:
    """Make a database that says it is at `revision`."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        if revision:
            database.execute("CREATE TABLE alembic_version (version_num TEXT)")
            database.execute("INSERT INTO alembic_version VALUES (?)", [revision])
        database.commit()


def test_no_ledger_yet_is_ok_and_is_not_created(settings: Settings, home: Path) -> None:
    assert levels(ledger.check(settings)) == [
        (OK, f"ledger sqlite:///{home / 'ledger.db'} is empty: its tables are created at the first start")
    ]
    assert not home.exists()


def test_a_ledger_at_head_is_ok(settings: Settings, home: Path) -> None:
    home.mkdir()
    with new_ledger(home / "ledger.db") as engine:
        _, head = revisions(engine)

    assert levels(ledger.check(settings)) == [(OK, f"ledger sqlite:///{home / 'ledger.db'} at revision {head}")]


def test_an_empty_database_is_ok(settings: Settings, home: Path) -> None:
    revised(home / "ledger.db", None)

    assert "is empty: its tables are created" in only(ledger.check(settings)).message


def test_an_older_ledger_is_a_warning_and_is_not_migrated(settings: Settings, home: Path) -> None:
    revised(home / "ledger.db", "0001")
    engine = open_engine(settings.ledger)
    _, head = revisions(engine)

    finding = only(ledger.check(settings))

    assert (finding.level, finding.fix) == (WARNING, "a running sidecar migrates it; otherwise run `farebox migrate`")
    assert finding.message.endswith(f" is at revision 0001, this farebox needs {head}")
    assert revisions(engine)[0] == "0001"
    engine.dispose()


def test_the_ledger_of_a_newer_farebox_is_a_problem(settings: Settings, home: Path) -> None:
    revised(home / "ledger.db", "9999")

    finding = only(ledger.check(settings))

    assert (finding.level, "farebox" in (finding.fix or "")) == (PROBLEM, True)


def test_a_locked_ledger_is_a_problem(settings: Settings, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_PATIENCE_SECONDS", 0.2)
    home.mkdir()
    with new_ledger(home / "ledger.db"), locked(home / "ledger.db"):
        finding = only(ledger.check(settings))

    assert (finding.level, "database is locked" in finding.message) == (PROBLEM, True)
    assert "calls wait in the spool" in (finding.fix or "")


def test_a_file_that_is_not_a_ledger_is_a_problem(settings: Settings, home: Path) -> None:
    home.mkdir()
    (home / "ledger.db").write_bytes(b"no database, but longer than a header" * 50)

    finding = only(ledger.check(settings))

    assert finding.level == PROBLEM
    assert str(home / "ledger.db") in finding.message
    assert finding.fix


def test_the_password_of_a_ledger_is_not_printed() -> None:
    url = "postgresql+psycopg://me:canary-password@127.0.0.1:1/ledger"

    finding = only(ledger.check(load({"ledger": url}, environment={})))

    assert finding.level == PROBLEM
    assert "canary" not in f"{finding.message} {finding.fix}"
