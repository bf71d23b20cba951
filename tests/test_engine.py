"""Engines for the ledger."""

from pathlib import Path

import pytest
from farebox.errors import SettingsError
from farebox.store.engine import open_engine
from sqlalchemy import text

from .ledgers import locked, new_ledger, opened


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2)])
def test_sqlite_is_set_up_so_that_nothing_is_lost_and_readers_never_wait(
    tmp_path: Path, pragma: str, value: object
) -> None:
    with opened(tmp_path / "ledger.db") as engine, engine.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar_one() == value


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with new_ledger(path) as engine, locked(path), engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM calls")).scalar_one() == 0


def test_the_ledgers_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "a" / "ledger.db"):
        assert (tmp_path / "a").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ledger.db", "'ledger.db' is no database URL"),
        ("", "'' is no database URL"),
        ("sqlite://host:port/x", "'sqlite' is no database URL"),
        ("mysql://user:secret@host/x", "'mysql' is not supported"),
        ("sqlite+imagined:///ledger.db", "'sqlite+imagined' is not supported"),
        ("sqlite+aiosqlite:///ledger.db", "'sqlite+aiosqlite' is not supported"),
        ("sqlite://", "a SQLite ledger is a file"),
        ("sqlite:///", "a SQLite ledger is a file"),
        ("sqlite:///:memory:", "a SQLite ledger is a file"),
    ],
)
def test_what_is_no_ledger_is_refused_with_a_way_out(url: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        open_engine(url)

    assert str(refused.value).startswith("ledger: ")
    assert said in str(refused.value)
    assert "sqlite:///" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match=r"^ledger: folder .*/file/below cannot be made \("):
        open_engine(f"sqlite:///{tmp_path}/file/below/ledger.db")
