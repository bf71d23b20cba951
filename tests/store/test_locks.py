"""Advisory locks: one holder at a time on Postgres, nothing to do on SQLite."""

import time

import pytest
from farebox.store.locks import Lock, hurry, is_taken, take
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from tests.support.ledgers import new_postgres_ledger
from tests.support.postgres import Postgres


def test_locks_have_numbers_of_their_own() -> None:
    assert int(Lock.MIGRATE).to_bytes(7, "big") == b"farebox"
    assert len({int(lock) for lock in Lock}) == len(Lock.__members__)
    # Postgres' advisory locks are numbered by BIGINT.
    assert all(0 < lock < 2**63 for lock in Lock)


def test_a_lock_is_free_until_someone_holds_it(engine: Engine) -> None:
    with engine.begin() as connection:
        assert not is_taken(connection, Lock.RETENTION)
        # Its holder can take it again.
        assert not is_taken(connection, Lock.RETENTION)


@pytest.mark.parametrize("lock", list(Lock))
def test_a_lock_is_held_until_the_transaction_ends(postgres: Postgres, lock: Lock) -> None:
    with new_postgres_ledger(postgres) as engine:
        with engine.begin() as holder:
            take(holder, lock)
            with engine.begin() as other:
                assert is_taken(other, lock)
                assert not any(is_taken(other, free) for free in Lock if free is not lock)
        with engine.begin() as other:
            assert not is_taken(other, lock)


def test_asking_for_a_free_lock_holds_it(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as engine, engine.begin() as holder, engine.begin() as other:
        assert not is_taken(holder, Lock.RETENTION)
        assert is_taken(other, Lock.RETENTION)


def test_waiting_for_a_lock_ends_at_the_timeout(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as engine, engine.begin() as holder:
        take(holder, Lock.PARTITIONS)
        started = time.monotonic()
        with engine.begin() as other:
            hurry(other, 0.2)
            with pytest.raises(OperationalError, match="lock timeout"):
                take(other, Lock.PARTITIONS)
        assert time.monotonic() - started >= 0.2


def test_hurry_is_over_with_the_transaction(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as engine:
        with engine.begin() as connection:
            hurry(connection, 1.5)
            assert connection.scalar(text("SHOW lock_timeout")) == "1500ms"
        with engine.begin() as connection:
            assert connection.scalar(text("SHOW lock_timeout")) == "0"


def test_on_sqlite_taking_a_lock_does_nothing(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    with engine.begin() as holder, engine.begin() as other:
        take(holder, Lock.RETENTION)
        assert not is_taken(other, Lock.RETENTION)
