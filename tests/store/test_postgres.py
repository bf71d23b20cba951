"""Postgres as the ledger: how it is connected to, and for how long a silent server is waited for."""

import pytest
from farebox.errors import LedgerError, SettingsError
from farebox.store.engine import open_engine, opened
from farebox.store.postgres import PatientConnection, patient, postgres_engine, require_unicode
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests.support.postgres import Postgres


def shown(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.scalar(text(f"SHOW {name}"))


def driver(engine: Engine) -> PatientConnection:
    with engine.connect() as connection:
        found = connection.connection.driver_connection
    assert isinstance(found, PatientConnection)
    return found


@pytest.mark.parametrize("url", ["postgresql://user:p@ss@host/db", "postgresql://u:p@a@b@host/db"])
def test_an_at_sign_in_the_password_is_an_error_that_names_the_fix(url: str) -> None:
    with pytest.raises(SettingsError, match="write it as %40, as in postgresql://USER:P%40SS@HOST/DB"):
        postgres_engine(make_url(url), patience=None)


def test_connections_have_a_name_and_utf8(postgres: Postgres, database: str) -> None:
    with opened(postgres.url(database)) as engine:
        assert shown(engine, "application_name") == "farebox"
        assert shown(engine, "client_encoding") == "UTF8"


def test_parameters_of_the_url_take_precedence(postgres: Postgres, database: str) -> None:
    with opened(f"{postgres.url(database)}?application_name=mine&connect_timeout=3") as engine:
        assert shown(engine, "application_name") == "mine"
        assert driver(engine).info.get_parameters()["connect_timeout"] == "3"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("connect_timeout", "5"),
        ("keepalives_idle", "10"),
        ("keepalives_interval", "5"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "20000"),
    ],
)
def test_a_peer_that_vanished_is_noticed(postgres: Postgres, database: str, name: str, value: str) -> None:
    with opened(postgres.url(database)) as engine:
        assert driver(engine).info.get_parameters()[name] == value


def test_statements_are_never_prepared(postgres: Postgres, database: str) -> None:
    with opened(postgres.url(database)) as engine:
        assert driver(engine).prepare_threshold is None


def test_errors_hide_parameters(postgres: Postgres, database: str) -> None:
    with opened(postgres.url(database)) as engine, engine.connect() as connection:
        with pytest.raises(Exception, match="invalid input syntax") as refused:
            connection.execute(text("SELECT CAST(:value AS text)::int"), {"value": "x"})
        assert "SQL parameters hidden" in str(refused.value)


@pytest.mark.parametrize("patience", [None, 7.5])
def test_each_connection_has_the_patience_of_its_engine(
    postgres: Postgres, database: str, patience: float | None
) -> None:
    with opened(postgres.url(database), patience=patience) as engine:
        assert driver(engine).patience == patience


def test_a_silent_server_is_given_up_and_its_work_cancelled(postgres: Postgres, database: str) -> None:
    url = postgres.url(database)
    with opened(url, patience=0.5) as engine, opened(url) as other:
        with (
            engine.connect() as connection,
            pytest.raises(OperationalError, match=r"sent nothing for 0\.5 s"),
        ):
            connection.execute(text("SELECT pg_sleep(600)"))
        with other.connect() as connection:
            running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'"
            assert connection.scalar(text(running)) == 0


def test_a_server_is_given_more_time_while_a_block_runs(postgres: Postgres, database: str) -> None:
    with opened(postgres.url(database), patience=0.5) as engine, engine.connect() as connection:
        with patient(connection, 60):
            assert connection.scalar(text("SELECT 1 FROM pg_sleep(1.5)")) == 1
        assert isinstance(connection.connection.driver_connection, PatientConnection)
        assert connection.connection.driver_connection.patience == 0.5


@pytest.mark.parametrize(("own", "given", "expected"), [(5.0, 1.0, 5.0), (5.0, 9.0, 9.0), (None, 1.0, None)])
def test_a_block_never_has_less_time(
    postgres: Postgres, database: str, own: float | None, given: float, expected: float | None
) -> None:
    with (
        opened(postgres.url(database), patience=own) as engine,
        engine.connect() as connection,
        patient(connection, given),
    ):
        found = connection.connection.driver_connection
        assert isinstance(found, PatientConnection)
        assert found.patience == expected


def test_a_block_that_fails_gives_no_more_time_afterwards(postgres: Postgres, database: str) -> None:
    with opened(postgres.url(database), patience=5) as engine, engine.connect() as connection:
        with pytest.raises(ValueError, match="x"), patient(connection, 60):
            raise ValueError("x")
        assert driver(engine).patience == 5


@pytest.mark.parametrize(("encoding", "is_accepted"), [("UTF8", True), ("LATIN1", False), ("SQL_ASCII", False)])
def test_the_database_must_store_every_text(
    postgres: Postgres, database: str, encoding: str, is_accepted: bool
) -> None:
    name = f"{database}_{encoding.lower()}"
    with postgres.connect() as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0".encode())
    engine = open_engine(postgres.url(name))
    try:
        with engine.connect() as opened_one:
            if is_accepted:
                require_unicode(opened_one)
            else:
                with pytest.raises(LedgerError, match=f"has the encoding {encoding}: create its database with"):
                    require_unicode(opened_one)
    finally:
        engine.dispose()
        postgres.drop(name)
