"""What a savepoint's block has written is undone if it raises, and the transaction goes on."""

import pytest
from farebox.store.savepoint import savepoint
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError


def note(connection: Connection, spool: str) -> None:
    connection.execute(
        text("""INSERT INTO spool_positions (spool, segment, "offset") VALUES (:spool, 0, 0)"""), {"spool": spool}
    )


def noted(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT spool FROM spool_positions ORDER BY spool")))


def test_a_block_that_raises_leaves_nothing_and_the_transaction_goes_on(engine: Engine) -> None:
    with engine.begin() as connection:
        note(connection, "before")
        with pytest.raises(IntegrityError), savepoint(connection):
            note(connection, "within")
            note(connection, "before")
        note(connection, "after")

    assert noted(engine) == ["after", "before"]


def test_what_a_block_has_written_stays(engine: Engine) -> None:
    with engine.begin() as connection:
        with savepoint(connection):
            note(connection, "first")
        with savepoint(connection):
            note(connection, "second")

    assert noted(engine) == ["first", "second"]


def test_an_error_is_told_where_its_connection_is_lost_too(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.begin()

        def lose() -> None:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.close()
            note(connection, "never")

        with pytest.raises(DBAPIError, match="closed"), savepoint(connection):
            lose()
        connection.invalidate()
