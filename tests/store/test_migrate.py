"""Bringing a ledger's schema up to date."""

import os
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from farebox.errors import LedgerAwayError, LedgerError
from farebox.home import assets
from farebox.records.times import in_utc
from farebox.store import polls, queries
from farebox.store.engine import opened as connected
from farebox.store.migrate import migrate
from farebox.store.polls import Poll
from farebox.store.rollups.rebuild import rebuild
from farebox.store.schema import calls, hourly, metadata, pending_polls
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
)

from tests.support.ledgers import locked, new_postgres_ledger, opened, upgrade
from tests.support.postgres import Postgres
from tests.support.samples import AT

# Tables under their names of an earlier farebox.
RENAMED = {"waiting_looks": "pending_polls"}
HEAD, *EARLIER = [script.revision for script in ScriptDirectory(str(assets.migrations())).walk_revisions()]


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


def test_the_program_can_be_installed_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    for expected in (str(path), "f00d", "newer farebox", "Upgrade farebox", "--ledger"):
        assert expected in str(refused.value)


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


def test_a_file_that_is_not_a_ledger_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"a shopping list, and not a short one" * 100)

    with opened(path) as engine, pytest.raises(LedgerError, match=r"ledger\.db is not a ledger .* --ledger"):
        migrate(engine)


def rows_of(connection: Connection, table: Table) -> list[dict[str, Any]]:
    """Return the rows of `table` as the database has it now."""
    return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


def filled(table: Table) -> list[dict[str, Any]]:
    """Return rows with a value in every column, of several months, and of times that no clock should tell."""
    times = [datetime(2019, 12, 31, 23, tzinfo=UTC), *(AT + timedelta(days=days) for days in range(-400, 90, 35))]
    return [
        {column.name: _value(column, number, at) for column in table.columns}
        for number, at in enumerate([*times, datetime(2199, 1, 1, tzinfo=UTC)])
    ]


def _value(column: Column[Any], number: int, at: datetime) -> Any:
    if isinstance(column.type, DateTime):
        return at
    if isinstance(column.type, JSON):
        return {"number": number}
    if isinstance(column.type, LargeBinary):
        return b"%d" % number
    if column.name in {"id", "call_id"}:
        return f"01900000-0000-7000-8000-{number:012d}"
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    return number if isinstance(column.type, Integer) else f"text {number:03d}"


def fill(engine: Engine) -> dict[Table, list[dict[str, Any]]]:
    """Put rows into every table of a ledger of an earlier farebox; return them by the tables of this one."""
    before = MetaData()
    before.reflect(engine, only=lambda name, _: name in {*metadata.tables, *RENAMED})
    put = {}
    with engine.begin() as connection:
        for earlier in before.sorted_tables:
            table = metadata.tables[RENAMED.get(earlier.name, earlier.name)]
            put[table] = [{column.name: row[column.name] for column in earlier.columns} for row in filled(table)]
            connection.execute(insert(table.to_metadata(MetaData(), name=earlier.name)), put[table])
    return put


@pytest.mark.parametrize("earlier", EARLIER)
def test_rows_of_an_earlier_farebox_are_there_afterwards(empty: Engine, earlier: str) -> None:
    # Migration 0005 sums the calls that it finds.
    upgrade(empty, min(earlier, "0004"))
    put = fill(empty)
    upgrade(empty, earlier)

    assert migrate(empty) == (earlier, HEAD)

    assert rebuild(empty) == 0
    with empty.connect() as connection:
        for table in hourly.values():
            counted = connection.scalar(select(func.coalesce(func.sum(table.c.calls), 0)))
            assert counted == len(put[calls])
        for table, rows in put.items():
            found = [{name: row[name] for name in rows[0]} for row in rows_of(connection, table)]
            assert [_in_utc(row) for row in found] == [_in_utc(row) for row in rows]


@pytest.mark.parametrize("earlier", EARLIER[: EARLIER.index("0001")])
def test_polls_that_wait_are_there_afterwards_and_go_on_waiting(empty: Engine, earlier: str) -> None:
    upgrade(empty, earlier)
    poll = Poll("api.openai.com", "openai_responses", "resp_1", 5, b"message")
    old_name = "waiting_looks" if earlier < "0006" else "pending_polls"
    with empty.begin() as connection:
        connection.execute(insert(pending_polls.to_metadata(MetaData(), name=old_name)), [poll._asdict()])

    migrate(empty)

    assert not inspect(empty).has_table("waiting_looks")
    with empty.begin() as connection:
        assert polls.waiting(connection, ["resp_1"]) == [b"message"]
        polls.keep(connection, [poll._replace(message=b"later")])
        assert polls.waiting(connection, ["resp_1"]) == [b"later"]
        polls.drop(connection, [poll.key])
        assert polls.waiting(connection, ["resp_1"]) == []


def test_a_migrated_ledger_has_the_same_indexes_as_a_new_one(postgres: Postgres) -> None:
    """Postgres names an index after its table, and keeps that name if the table is renamed."""
    found = "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public'"
    with new_postgres_ledger(postgres) as engine, engine.connect() as connection:
        names = {(table, index) for table, index in connection.execute(text(found))}
    assert ("pending_polls", "pending_polls_pkey") in names
    assert not [index for _, index in names if "waiting" in index]


def _in_utc(row: dict[str, Any]) -> dict[str, Any]:
    return {name: in_utc(value) if isinstance(value, datetime) else value for name, value in row.items()}


def test_a_migration_can_be_given_more_time(postgres: Postgres, database: str) -> None:
    """Here the step waits for a lock, where it would else move rows."""
    with connected(postgres.url(database), patience=1) as engine:
        upgrade(engine, "0003")
        with engine.connect() as reader:
            reader.execute(text("SELECT count(*) FROM calls"))
            with pytest.raises(LedgerAwayError, match="sent nothing for 1 s"):
                migrate(engine)
            assert revision(engine) == "0003"

            releasing = threading.Timer(2.5, reader.rollback)
            releasing.start()
            assert migrate(engine, patience=60) == ("0003", HEAD)
            releasing.join()


def test_a_database_that_cannot_store_every_text_is_refused(postgres: Postgres, database: str) -> None:
    with postgres.connect() as connection:
        connection.execute(f"CREATE DATABASE {database}_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0".encode())
    with connected(postgres.url(f"{database}_latin")) as engine:
        with pytest.raises(LedgerError, match=r"has the encoding LATIN1: create its database with ENCODING 'UTF8'"):
            migrate(engine)
        assert inspect(engine).get_table_names() == []
    postgres.drop(f"{database}_latin")


def test_many_that_start_at_once_migrate_once(empty: Engine, tmp_path: Path) -> None:
    url = empty.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "farebox", "migrate", "--ledger", url]

    environment = {**os.environ, "FAREBOX_HOME": str(tmp_path / "home")}

    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        for _ in range(5)
    ]
    outputs = [process.communicate(timeout=120)[0] for process in started]

    assert [process.returncode for process in started] == [0] * 5, outputs
    assert all(f"is at revision {HEAD}" in output for output in outputs)
    assert sum("(before: empty)" in output for output in outputs) == 1
    assert revision(empty) == HEAD
