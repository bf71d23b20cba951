"""SQLite as the ledger: its file, its settings, and how its transactions begin."""

import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from farebox.errors import SettingsError
from farebox.store.engine import open_engine, opened, writer
from farebox.store.schema import metadata
from farebox.store.sqlite import DRIVERS, as_stored
from sqlalchemy import Column, DateTime, Integer, MetaData, Table, insert, inspect, select, text
from sqlalchemy.exc import OperationalError

from tests.support.ledgers import locked

AT = datetime(2026, 11, 1, 12, 30, 15, 250, tzinfo=UTC)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_ledger_in_memory_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"a SQLite ledger is a file: write sqlite:///PATH"):
        open_engine(url)


def test_the_folder_is_created_for_its_owner_alone(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/a/b/ledger.db") as engine, engine.connect():
        pass

    assert (tmp_path / "a" / "b" / "ledger.db").is_file()
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) & 0o077 == 0


def test_no_folder_is_created_unless_wanted(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/a/ledger.db", make_folder=False) as engine, pytest.raises(OperationalError):
        engine.connect()

    assert not (tmp_path / "a").exists()


def test_readers_do_not_wait_and_commits_are_on_the_disk(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/ledger.db") as engine, engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        # 2 is FULL.
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        assert connection.scalar(text("PRAGMA busy_timeout")) == 5000


def test_tables_that_are_created_in_a_transaction_go_with_it(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/ledger.db") as engine:
        with engine.connect() as connection, connection.begin() as transaction:
            metadata.create_all(connection)
            transaction.rollback()

        assert inspect(engine).get_table_names() == []


def test_a_writer_takes_the_lock_as_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with opened(f"sqlite:///{path}") as engine:
        with engine.connect():
            pass
        with locked(path):
            with engine.begin() as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout=0")
                connection.exec_driver_sql("SELECT * FROM sqlite_master")
            with pytest.raises(OperationalError, match="locked"), writer(engine).begin():
                pass


def test_many_that_open_a_new_ledger_at_once_wait_for_each_other(tmp_path: Path) -> None:
    """SQLite doesn't wait for the lock with which the write-ahead log is turned on."""
    errors: list[Exception] = []

    def connect() -> None:
        try:
            with opened(f"sqlite:///{tmp_path}/ledger.db") as engine, engine.connect():
                pass
        except OperationalError as error:
            errors.append(error)

    threads = [threading.Thread(target=connect) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []


def test_a_time_is_stored_as_sqlalchemy_stores_it(tmp_path: Path) -> None:
    table = Table("times", MetaData(), Column("id", Integer, primary_key=True), Column("at", DateTime(timezone=True)))
    with opened(f"sqlite:///{tmp_path}/ledger.db") as engine, engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"id": 1, "at": AT}])
        [stored] = connection.exec_driver_sql("SELECT at FROM times").scalars()
        assert as_stored(AT) == stored == "2026-11-01 12:30:15.000250"
        assert connection.scalar(select(table.c.id).where(table.c.at == AT)) == 1


def test_its_drivers() -> None:
    assert {"sqlite", "sqlite+pysqlite"} == DRIVERS
