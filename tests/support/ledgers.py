"""Ledgers for tests: real SQLite files, and databases of a real Postgres."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from farebox.home import assets
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store import queries, summary
from farebox.store.engine import open_engine
from farebox.store.migrate import migrate
from farebox.store.snapshot import snapshot
from farebox.store.summary import Doubt, Group, Scope, Span
from sqlalchemy import Engine, event, text

from tests.support.postgres import Postgres
from tests.support.postgres_ledgers import PostgresLedgers

DATABASES = ("sqlite", "postgres")
_emptied = PostgresLedgers()


@contextmanager
def opened(path: Path) -> Iterator[Engine]:
    """Open an engine for the ledger file `path`, which may not be there yet; it does not wait for locks."""
    engine = open_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout=0").close())
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def new_ledger(path: Path) -> Iterator[Engine]:
    """Open an engine for a new ledger in the file `path`."""
    with opened(path) as engine:
        migrate(engine)
        yield engine


@contextmanager
def new_postgres_ledger(server: Postgres) -> Iterator[Engine]:
    """Open an engine for a new ledger in a database of its own."""
    database = _emptied.take(server)
    engine = open_engine(server.url(database), patience=20)
    try:
        yield engine
    finally:
        engine.dispose()
        _emptied.give_back(server, database)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the ledger's write lock, as another program may."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def refusing(engine: Engine, column: str, value: str) -> Iterator[None]:
    """Have the database refuse rows with `value` in `column`, as a constraint that its owner added does."""
    if engine.dialect.name == "sqlite":
        begin = (
            f"CREATE TRIGGER refusing BEFORE INSERT ON calls WHEN NEW.{column} = '{value}' "
            f"BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
        end = "DROP TRIGGER refusing"
    else:
        begin = f"ALTER TABLE calls ADD CONSTRAINT refusing CHECK ({column} <> '{value}') NOT VALID"
        end = "ALTER TABLE calls DROP CONSTRAINT refusing"
    with engine.begin() as connection:
        connection.execute(text(begin))
    yield
    with engine.begin() as connection:
        connection.execute(text(end))


def scripts() -> Config:
    """Return what Alembic needs to run this program's migrations."""
    config = Config()
    config.set_main_option("script_location", str(assets.migrations()))
    return config


def upgrade(engine: Engine, revision: str) -> None:
    """Bring an empty ledger to the revision of an earlier farebox."""
    config = scripts()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def parts(engine: Engine, name: str) -> set[str]:
    """Return the tables that table `name` of Postgres consists of."""
    found = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = CAST(:name AS regclass)"
    with engine.connect() as connection:
        return set(connection.scalars(text(found), {"name": name}))


def ids(engine: Engine) -> list[Any]:
    """Return the ids of the ledger's rows, in order."""
    return sorted(row["id"] for row in queries.all_calls(engine))


def summarise(engine: Engine, scope: Scope, by: Sequence[str], spans: Sequence[Span] = ()) -> list[Group]:
    """Return what the calls of `scope` come to, read one by one."""
    with snapshot(engine) as connection:
        return summary.summarise(connection, scope, by, spans)


def doubts(engine: Engine, scope: Scope) -> list[Doubt]:
    """Return whose cost is in doubt in `scope`."""
    with snapshot(engine) as connection:
        return summary.doubts(connection, scope)


@contextmanager
def recording_meanwhile(engine: Engine, one: Callable[[], Record]) -> Iterator[None]:
    """Let another recorder write a row after each query of `engine`."""
    other = open_engine(engine.url.render_as_string(hide_password=False))
    sink = DatabaseSink(other)

    def write(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            sink.write([one()], {})

    event.listen(engine, "after_cursor_execute", write)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", write)
        other.dispose()
