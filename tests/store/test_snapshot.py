"""A snapshot is the ledger as of one moment."""

from pathlib import Path

import pytest
from farebox.errors import LedgerAwayError
from farebox.sinks.database import DatabaseSink
from farebox.store import months
from farebox.store.maintenance import Maintenance
from farebox.store.schema import calls
from farebox.store.snapshot import snapshot
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from tests.support.ledgers import new_postgres_ledger, opened
from tests.support.postgres import Postgres
from tests.support.samples import AT, record

NUMBER = select(func.count()).select_from(calls)


def test_rows_that_are_written_meanwhile_are_not_seen(engine: Engine) -> None:
    DatabaseSink(engine).write([record()], {})
    with snapshot(engine) as connection:
        assert connection.scalar(NUMBER) == 1
        DatabaseSink(engine).write([record()], {})
        assert connection.scalar(NUMBER) == 1

    with snapshot(engine) as connection:
        assert connection.scalar(NUMBER) == 2


def test_rows_that_were_written_before_the_first_query_are_seen(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as engine, snapshot(engine) as connection:
        DatabaseSink(engine).write([record()], {})
        assert connection.scalar(NUMBER) == 1


def test_partitions_do_not_change_while_it_is_read(postgres: Postgres) -> None:
    """Rows that moved to a partition of their own would be in none."""
    with new_postgres_ledger(postgres) as engine:
        with engine.begin() as connection:
            row = {"id": record().id, "started_at": AT, "provider": "p", "host": "h", "outcome": "ok"}
            connection.execute(insert(calls), [row | {"usage_source": "none", "cost_status": "none"}])
        maintenance = Maintenance(engine, now=lambda: AT)
        with snapshot(engine) as connection:
            maintenance.make_room([])
            assert connection.scalar(NUMBER) == 1
        Maintenance(engine, now=lambda: AT).make_room([])
        with snapshot(engine) as connection:
            assert connection.scalar(NUMBER) == 1
            here = months.Month.of(AT).table("calls")
            assert connection.scalar(text(f"SELECT count(*) FROM {here}")) == 1


def test_nothing_can_be_written_in_it(postgres: Postgres) -> None:
    with (
        new_postgres_ledger(postgres) as engine,
        snapshot(engine) as connection,
        pytest.raises(DBAPIError, match="read-only"),
    ):
        try:
            connection.execute(text("DELETE FROM spool_positions"))
        except DBAPIError:
            connection.rollback()
            raise


def test_a_ledger_without_tables_is_an_error_that_names_the_fix(tmp_path: Path) -> None:
    with (
        opened(tmp_path / "ledger.db") as engine,
        pytest.raises(LedgerAwayError, match="farebox migrate"),
        snapshot(engine) as connection,
    ):
        connection.scalar(NUMBER)
