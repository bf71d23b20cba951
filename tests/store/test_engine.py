"""Engines for the ledger."""

from pathlib import Path

import pytest
from farebox.errors import SettingsError
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import open_engine, writer
from farebox.store.engine import opened as connected
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.support.ledgers import locked, new_ledger, opened
from tests.support.postgres import PASSWORD, Postgres
from tests.support.samples import record


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


def test_the_ledgers_folder_is_created_for_its_owner_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "a" / "ledger.db"):
        assert (tmp_path / "a").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ledger.db", "it is not a database URL"),
        ("", "it is not a database URL"),
        ("sqlite://host:port/x", "the port in its URL is not a number"),
        ("postgresql://user:secret@host:secret/x", "the port in its URL is not a number"),
        ("mysql://user:secret@host/x", "'mysql' is not supported"),
        ("sqlite+imagined:///ledger.db", "'sqlite+imagined' is not supported"),
        ("sqlite+aiosqlite:///ledger.db", "'sqlite+aiosqlite' is not supported"),
        ("postgresql+psycopg2://user:secret@host/x", "'postgresql+psycopg2' is not supported"),
        ("postgresql://user:pass@secret@host/x", "the password in its URL has an @: write it as %40"),
        ("sqlite://", "a SQLite ledger is a file"),
        ("sqlite:///", "a SQLite ledger is a file"),
        ("sqlite:///:memory:", "a SQLite ledger is a file"),
    ],
)
def test_an_unusable_url_is_an_error_that_names_the_fix(url: str, message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        open_engine(url)

    assert str(refused.value).startswith("ledger: ")
    assert message in str(refused.value)
    assert "sqlite:///" in str(refused.value) or "postgresql://" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_folder_that_cannot_be_created_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match=r"^ledger: folder .*/file/below can't be created \("):
        open_engine(f"sqlite:///{tmp_path}/file/below/ledger.db")


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgres"])
def test_each_scheme_of_postgres_uses_psycopg(postgres: Postgres, scheme: str) -> None:
    url = postgres.url().replace("postgresql+psycopg", scheme)

    with connected(url) as engine, engine.connect() as connection:
        assert connection.execute(text("SELECT current_setting('application_name')")).scalar_one() == "farebox"
        assert engine.driver == "psycopg"


def test_options_of_the_url_take_precedence(postgres: Postgres) -> None:
    with connected(f"{postgres.url()}?application_name=mine") as engine, engine.connect() as connection:
        assert connection.execute(text("SELECT current_setting('application_name')")).scalar_one() == "mine"


def test_a_writer_on_sqlite_has_the_lock_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with new_ledger(path) as engine, writer(engine).begin():
        with pytest.raises(OperationalError, match="locked"), writer(engine).begin():
            pass
        with engine.begin() as reader:
            assert reader.execute(text("SELECT count(*) FROM calls")).scalar_one() == 0


def test_a_transaction_reads_the_rows_of_one_moment(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "ledger.db") as engine, engine.begin() as reader:
        assert reader.execute(text("SELECT count(*) FROM calls")).scalar_one() == 0

        DatabaseSink(engine).write([record()], {})

        assert reader.execute(text("SELECT count(*) FROM calls")).scalar_one() == 0


def test_the_writable_one_of_several_servers_is_found(postgres: Postgres) -> None:
    hosts = f"host=127.0.0.1:1&host=127.0.0.1:{postgres.port}&target_session_attrs=read-write"

    with connected(f"postgresql://postgres:{PASSWORD}@/postgres?{hosts}") as engine, engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
