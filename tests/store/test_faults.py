"""Errors of real databases are classified."""

from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.errors import LedgerAwayError
from farebox.sinks.database import DatabaseSink
from farebox.spool.reader import Position
from farebox.store import queries
from farebox.store.engine import opened, ping
from farebox.store.faults import away
from farebox.store.migrate import migrate
from sqlalchemy import Engine, text

from tests.support.cutting import Cutting
from tests.support.ledgers import ids, new_postgres_ledger
from tests.support.postgres import PASSWORD, Postgres
from tests.support.samples import record

HERE = {"worker": Position(1, 100)}
Break = Callable[[Postgres, str], str]


def wrong_password(server: Postgres, database: str) -> str:
    return server.url(database, password="not-the-canary")


def missing_database(server: Postgres, _database: str) -> str:
    return server.url("imagined")


def nobody_listens(server: Postgres, database: str) -> str:
    return server.url(database, port=1)


def no_such_host(server: Postgres, database: str) -> str:
    return server.url(database).replace("127.0.0.1", "no-such-host.invalid")


def no_schema(server: Postgres, database: str) -> str:
    return f"{server.url(database)}?options=-csearch_path%3Dimagined"


def no_rights(server: Postgres, database: str) -> str:
    with server.connect(database) as connection:
        connection.execute("DROP ROLE IF EXISTS without_rights")
        connection.execute("CREATE ROLE without_rights LOGIN PASSWORD 'reader-canary'")
    return server.url(database).replace(f"postgres:{PASSWORD}", "without_rights:reader-canary")


def standby(server: Postgres, database: str) -> str:
    with server.connect(database) as connection:
        connection.execute(f"ALTER DATABASE {database} SET default_transaction_read_only = on".encode())
    return server.url(database)


def no_tls(server: Postgres, database: str) -> str:
    return f"{server.url(database)}?sslmode=require"


AWAY: dict[Break, str] = {
    no_tls: r"is on a server without TLS \(.*does not support SSL.*\): remove sslmode",
    wrong_password: r"refuses the user or the password \(.*failed.*\): check user and password .* %40",
    missing_database: r"is a database that this server doesn't have \(.*\"imagined\".*\): create it, or name another",
    nobody_listens: r"is unavailable \(.*[Cc]onnection refused.*\): check that the server runs",
    no_such_host: r"is unavailable \(.*no-such-host.*\): check the host",
    no_schema: r"has no schema to create tables in \(.*no schema has been selected.*\): create the schema",
    no_rights: r"doesn't give its user a right that farebox needs \(.*denied for schema public.*\): grant it",
    standby: r"can't be written \(.*read-only transaction.*\): name the primary",
}


@pytest.mark.parametrize("breaks", AWAY, ids=lambda breaks: breaks.__name__)
def test_an_unavailable_ledger_is_an_error_with_cause_and_fix(postgres: Postgres, database: str, breaks: Break) -> None:
    with opened(breaks(postgres, database)) as engine, pytest.raises(LedgerAwayError, match=AWAY[breaks]) as raised:
        migrate(engine)

    assert "canary" not in f"{raised.value} {raised.value.trouble} {raised.value!r}"
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("breaks", [wrong_password, nobody_listens], ids=lambda breaks: breaks.__name__)
def test_reading_and_writing_raise_the_same_error(postgres: Postgres, database: str, breaks: Break) -> None:
    with opened(breaks(postgres, database)) as engine:
        for act in (lambda: queries.positions(engine), lambda: DatabaseSink(engine).write([record()], {})):
            with pytest.raises(LedgerAwayError, match=AWAY[breaks]):
                act()


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (
            'FATAL: no pg_hba.conf entry for host "10.0.0.7", user "shop", database "farebox", no encryption',
            "is refused without TLS",
        ),
        ('FATAL: no pg_hba.conf entry for host "10.0.0.7", user "shop"', "refuses this machine or user"),
        (
            'root certificate file "/home/ann/.postgresql/root.crt" does not exist',
            "has a certificate that can't be verified",
        ),
        ("permission denied for table calls", "doesn't give its user a right that farebox needs"),
        ("file is not a database", "is a file that is no SQLite database"),
        ("server closed the connection unexpectedly", "is unavailable"),
    ],
)
def test_a_cause_is_told_as_what_it_is(cause: str, said: str, tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'ledger.db'}") as engine:
        told = str(away(engine, RuntimeError(cause)))

    assert f" {said} ({cause})" in told


def raising(engine: Engine, act: str, *, times: int = 1_000_000) -> None:
    """Let the next `times` rows make the server do `act`."""
    with engine.begin() as connection:
        connection.execute(text("CREATE SEQUENCE raised"))
        connection.execute(
            text(
                f"CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
                f"IF nextval('raised') <= {times} THEN {act}; END IF; RETURN NEW; END$$"
            )
        )
        connection.execute(text("CREATE TRIGGER act BEFORE INSERT ON calls FOR EACH ROW EXECUTE FUNCTION act()"))


def raise_(state: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = 'as asked'"


@pytest.mark.parametrize("state", ["22003", "22021", "22P05", "23502", "23514", "54000"])
def test_a_row_that_the_database_refuses_is_returned(postgres: Postgres, state: str) -> None:
    with new_postgres_ledger(postgres) as engine:
        raising(engine, f"IF NEW.tags IS NOT NULL THEN {raise_(state)}; END IF")

        one = record(tags={"x-team": "red"})
        assert DatabaseSink(engine).write([one], HERE).refused == [one]
        assert queries.positions(engine) == HERE


@pytest.mark.parametrize(
    "state",
    ["25006", "42501", "42P01", "42703", "53100", "53200", "53300", "55P03", "57014", "57P01", "58030", "XX000"],
)
def test_rows_wait_if_the_server_has_a_problem(postgres: Postgres, state: str) -> None:
    with new_postgres_ledger(postgres) as engine:
        raising(engine, raise_(state), times=1)
        records = [record() for _ in range(3)]

        with pytest.raises(LedgerAwayError, match="as asked"):
            DatabaseSink(engine).write(records, HERE)
        assert (ids(engine), queries.positions(engine)) == ([], {})

        assert DatabaseSink(engine).write(records, HERE).refused == []
        assert ids(engine) == [one.id for one in records]


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_transaction_with_a_conflict_is_tried_again_at_once(postgres: Postgres, state: str) -> None:
    with new_postgres_ledger(postgres) as engine:
        raising(engine, raise_(state), times=2)
        records = [record() for _ in range(3)]

        assert DatabaseSink(engine).write(records, HERE).refused == []
        assert (ids(engine), queries.positions(engine)) == ([one.id for one in records], HERE)


def test_a_cut_connection_leaves_nothing_and_the_batch_is_repeated(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as engine:
        raising(engine, "PERFORM pg_terminate_backend(pg_backend_pid())", times=1)
        records = [record() for _ in range(300)]

        with pytest.raises(LedgerAwayError, match="terminating connection"):
            DatabaseSink(engine).write(records, HERE)
        assert (ids(engine), queries.positions(engine)) == ([], {})

        assert DatabaseSink(engine).write(records, HERE).refused == []
        assert ids(engine) == [one.id for one in records]


@pytest.mark.parametrize("end", [Postgres.stop, Postgres.kill], ids=["stopped", "killed"])
def test_a_server_that_restarts_has_each_row_once(postgres: Postgres, end: Callable[[Postgres], None]) -> None:
    with new_postgres_ledger(postgres) as engine:
        sink = DatabaseSink(engine)
        first, second = [record() for _ in range(5)], [record() for _ in range(5)]
        sink.write(first, HERE)

        end(postgres)
        for _ in range(2):
            with pytest.raises(LedgerAwayError):
                sink.write(second, HERE)
        postgres.start()

        sink.write([*first, *second], HERE)
        assert ids(engine) == [one.id for one in (*first, *second)]


def test_a_hung_server_is_given_up_and_the_batch_is_repeated(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as template, opened(url_of(template), patience=1) as engine:
        sink = DatabaseSink(engine)
        records = [record() for _ in range(5)]
        sink.write(records[:1], HERE)

        with postgres.frozen(), pytest.raises(LedgerAwayError, match="the server sent nothing for 1 s"):
            sink.write(records, HERE)

        sink.write(records, HERE)
        assert ids(engine) == [one.id for one in records]


def test_a_writable_ledger_answers_a_ping(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as engine:
        ping(engine)


def test_missing_rights_on_the_table_are_an_error(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as owner:
        as_reader = no_rights(postgres, owner.url.database or "")
        with opened(as_reader) as engine, pytest.raises(LedgerAwayError, match="lacks rights on the table calls"):
            ping(engine)


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def test_a_commit_whose_answer_is_lost_leaves_each_row_once(postgres: Postgres) -> None:
    """The rows are there, and their writer does not know: it writes them again."""
    armed: list[bool] = []
    records = [record() for _ in range(300)]
    with (
        new_postgres_ledger(postgres) as engine,
        Cutting(postgres.port, lambda sent: b"COMMIT" in sent and bool(armed) and armed.pop()) as cutting,
        opened(postgres.url(engine.url.database or "", port=cutting.port)) as through,
    ):
        sink = DatabaseSink(through)
        # The partition of their month must be there, or its own COMMIT would be the first.
        sink.write(records[:1], HERE)

        armed.append(True)
        with pytest.raises(LedgerAwayError):
            sink.write(records, HERE)
        assert (cutting.cut, ids(engine)) == (1, [one.id for one in records])

        assert sink.write([*records, *(more := [record() for _ in range(5)])], HERE).refused == []
        assert ids(engine) == [one.id for one in (*records, *more)]
