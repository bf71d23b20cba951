"""Empty ledgers on Postgres: to empty one costs a tenth of what a new database costs."""

import time
from functools import cache

import psycopg
from farebox.store.engine import open_engine
from farebox.store.migrate import migrate
from psycopg import sql

from tests.support.postgres import Postgres

# What a test may leave behind beside rows: tables, partitions, columns, constraints, triggers, rights and settings.
_FORM = """
SELECT md5(string_agg(line, E'\n' ORDER BY line)) FROM (
    SELECT concat_ws(' ', oid::regclass, relkind, relacl, relowner::regrole, reloptions) FROM pg_class WHERE {own}
    UNION ALL SELECT concat_ws(' ', attrelid::regclass, attname, atttypid::regtype, attnotnull, attnum)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE attnum > 0 AND {own}
    UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT concat_ws(' ', setrole, setconfig) FROM pg_db_role_setting
        WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS lines (line)
""".replace("{own}", "relnamespace = 'public'::regnamespace")
_TABLES = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
_OTHERS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND backend_type = 'client backend'
"""


class PostgresLedgers:
    """Ledgers that no test has at the moment; one that is not as it was is dropped."""

    def __init__(self) -> None:
        self._free: dict[Postgres, list[str]] = {}

    def take(self, server: Postgres) -> str:
        """Return the name of a database that holds an empty ledger."""
        free = self._free.setdefault(server, [])
        return free.pop() if free else server.create(template=_template(server))

    def give_back(self, server: Postgres, database: str) -> None:
        """Empty the ledger for the next test; drop it if it has another form now, or if somebody still reads it."""
        with server.connect(database) as connection:
            reusable = _is_alone(connection) and _form(connection) == _form_of_template(server)
            if reusable:
                _empty(connection, _kept_rows(server))
        if reusable:
            self._free[server].append(database)
        else:
            server.drop(database)


@cache
def _template(server: Postgres) -> str:
    """Return the name of an empty ledger, which is copied faster than made."""
    name = server.create()
    engine = open_engine(server.url(name))
    migrate(engine)
    engine.dispose()
    return name


@cache
def _form_of_template(server: Postgres) -> str:
    with server.connect(_template(server)) as connection:
        return _form(connection)


@cache
def _kept_rows(server: Postgres) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows that a new ledger has, such as its revision."""
    with server.connect(_template(server)) as connection:
        tables = [name for (name,) in connection.execute(_TABLES)]
        rows = {name: connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))) for name in tables}
        return {name: found for name, cursor in rows.items() if (found := cursor.fetchall())}


def _empty(connection: psycopg.Connection[tuple[object, ...]], kept: dict[str, list[tuple[object, ...]]]) -> None:
    tables = sql.SQL(", ").join(sql.Identifier(str(name)) for (name,) in connection.execute(_TABLES))
    with connection.transaction():
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(tables))
        for name, rows in kept.items():
            for row in rows:
                values = sql.SQL(", ").join(sql.Placeholder() * len(row))
                connection.execute(sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(name), values), row)


def _form(connection: psycopg.Connection[tuple[object, ...]]) -> str:
    found = connection.execute(_FORM.encode()).fetchone()
    assert found
    return str(found[0])


def _is_alone(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    """Return whether nobody else is connected; the server takes a moment to notice a client that has left."""
    for _ in range(20):
        if connection.execute(_OTHERS.encode()).fetchone() == (0,):
            return True
        time.sleep(0.05)
    return False
