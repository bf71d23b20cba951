"""A forgotten person is in no row and no sum, and all other sums stay the same."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from farebox.errors import LedgerAwayError
from farebox.records.record import Completion, Record
from farebox.sinks.batch import Links
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from farebox.store.engine import open_engine, writer
from farebox.store.forget import Forgotten, Person, forget
from farebox.store.reprices import revise
from farebox.store.rollups.rebuild import rebuild
from farebox.store.rollups.tables import BY_CALLER
from farebox.store.schema import calls, hourly
from msgspec.structs import asdict, replace
from sqlalchemy import Engine, delete, event, func, select

from tests.support.ledgers import new_ledger
from tests.support.postgres import Postgres
from tests.support.samples import AT, record

ANN = Person("user_id", "ann")
LATER = datetime(2026, 11, 20, tzinfo=UTC)
TRACES = {"client_addr": "10.0.0.7", "conversation": "c1", "tags": {"x-team": "red"}, "request_hash": "5f"}
SUMS = hourly[BY_CALLER.table]


def call(user: str | None = "ann", **values: Any) -> Record:
    return record(**{"user_id": user, "key_fingerprint": "f1", "cost_nanousd": 7, "input_tokens": 5} | TRACES | values)


def gone(*rows: Record, engine: Engine) -> None:
    """Delete calls as retention does, which keeps their sums."""
    with engine.begin() as connection:
        connection.execute(delete(calls).where(calls.c.id.in_([row.id for row in rows])))


def rows_of(engine: Engine) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in queries.all_calls(engine)}


def users(engine: Engine) -> dict[str | None, int]:
    """Return the users of the hourly sums and how many calls each has."""
    with engine.connect() as connection:
        return {
            user: int(number)
            for user, number in connection.execute(
                select(SUMS.c.user_id, func.sum(SUMS.c.calls)).group_by(SUMS.c.user_id)
            )
        }


@pytest.mark.parametrize(("column", "other"), [("user_id", "key_fingerprint"), ("key_fingerprint", "user_id")])
def test_only_the_columns_that_identify_the_person_are_cleared(engine: Engine, column: Any, other: str) -> None:
    one = call("x", key_fingerprint="x")
    stays = call("bob", key_fingerprint="f2")
    DatabaseSink(engine).write([one, stays], {})

    assert forget(engine, Person(column, "x")) == Forgotten(calls=1, sums=0)

    expected = asdict(one) | dict.fromkeys((column, *TRACES))
    found = rows_of(engine)
    assert found[one.id] | {"started_at": AT} == expected
    assert found[one.id][other] == "x"
    assert found[stays.id] | {"started_at": AT} == asdict(stays)


def test_a_person_is_known_by_the_exact_value(engine: Engine) -> None:
    rows = [call(user) for user in ("Ann", "ann ", "anna", "", None, "a%", "_nn")]
    DatabaseSink(engine).write(rows, {})

    assert forget(engine, ANN) == Forgotten(0, 0)
    assert forget(engine, Person("user_id", "a%")) == Forgotten(1, 0)
    assert forget(engine, Person("user_id", "")) == Forgotten(1, 0)

    assert users(engine) == {"Ann": 1, "ann ": 1, "anna": 1, None: 3, "_nn": 1}


def test_sums_of_deleted_calls_lose_the_person_too(engine: Engine) -> None:
    rows = [call(), call(started_at=AT - timedelta(days=400)), call("bob"), call(None)]
    DatabaseSink(engine).write(rows, {})
    gone(*rows[:3], engine=engine)

    assert forget(engine, ANN) == Forgotten(calls=0, sums=2)

    assert users(engine) == {None: 3, "bob": 1}
    with engine.connect() as connection:
        assert connection.scalar(select(func.sum(SUMS.c.cost_nanousd))) == 28


def test_calls_in_the_same_hour_as_deleted_ones_are_counted_once(engine: Engine) -> None:
    rows = [call(cost_nanousd=number) for number in (1, 10, 100)]
    DatabaseSink(engine).write(rows, {})
    gone(rows[0], engine=engine)

    assert forget(engine, ANN) == Forgotten(calls=2, sums=1)

    with engine.connect() as connection:
        found = connection.execute(select(SUMS.c.user_id, SUMS.c.calls, SUMS.c.cost_nanousd)).all()
    assert [tuple(row) for row in found] == [(None, 3, 111)]


def test_many_calls_and_sums_are_changed_in_transactions_of_bounded_size(engine: Engine) -> None:
    hours = [AT - timedelta(hours=number) for number in range(30)]
    old = [call(started_at=hours[number % 30], model_returned=f"m{number}") for number in range(1200)]
    rows = [call(started_at=AT - timedelta(seconds=number % 7)) for number in range(1100)]
    DatabaseSink(engine).write([*old, *rows], {})
    gone(*old, engine=engine)
    sizes: list[int] = []

    def note(_connection: object, cursor: Any, statement: str, *_: object) -> None:
        if statement.startswith(("UPDATE calls", "DELETE FROM hourly")):
            sizes.append(cursor.rowcount)

    event.listen(engine, "after_cursor_execute", note)
    assert forget(engine, ANN) == Forgotten(calls=1100, sums=1200)
    event.remove(engine, "after_cursor_execute", note)

    assert max(sizes) == 500
    assert users(engine) == {None: 2300}


def test_the_price_that_holds_moves_with_the_call(engine: Engine) -> None:
    one = call()
    DatabaseSink(engine).write([one], {})
    with writer(engine).begin() as connection:
        revise(connection, [(one, replace(one, cost_nanousd=50, cost_status="estimated"))], LATER)

    forget(engine, ANN)

    with engine.connect() as connection:
        found = connection.execute(select(SUMS.c.user_id, SUMS.c.cost_status, SUMS.c.cost_nanousd)).all()
        assert connection.scalar(select(calls.c.cost_nanousd)) == 7
    assert [tuple(row) for row in found] == [(None, "estimated", 50)]


def test_a_row_that_was_read_before_and_is_completed_after_stays_without_the_person(engine: Engine) -> None:
    one = call(usage_source="none", input_tokens=None, cost_nanousd=None, cost_status="unpriced")
    DatabaseSink(engine).write([one], {})
    done = replace(one, usage_source="reported", input_tokens=5, cost_nanousd=9, cost_status="priced")

    forget(engine, ANN)
    DatabaseSink(engine).write([], {}, links=Links([Completion(one, done)]))

    [row] = queries.all_calls(engine)
    assert (row["user_id"], row["tags"], row["input_tokens"], row["cost_nanousd"]) == (None, None, 5, 9)
    assert users(engine) == {None: 1}
    assert rebuild(engine) == 0


def test_it_can_be_run_again(engine: Engine) -> None:
    DatabaseSink(engine).write([call()], {})

    assert forget(engine, ANN) == Forgotten(1, 0)
    assert forget(engine, ANN) == Forgotten(0, 0)
    DatabaseSink(engine).write([call()], {})
    assert forget(engine, ANN) == Forgotten(1, 0)


def test_calls_that_are_recorded_meanwhile_keep_their_share_of_the_sums(engine: Engine) -> None:
    """One is recorded after the calls were changed, and before the sums are."""
    old, late = call(), call()
    DatabaseSink(engine).write([old], {})
    gone(old, engine=engine)
    other = open_engine(engine.url.render_as_string(hide_password=False))
    late_calls = [late]

    def write(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "min(hourly_by_caller" in statement and late_calls:
            DatabaseSink(other).write([late_calls.pop()], {})

    event.listen(engine, "after_cursor_execute", write)
    assert forget(engine, ANN) == Forgotten(calls=1, sums=1)
    event.remove(engine, "after_cursor_execute", write)
    other.dispose()

    assert users(engine) == {None: 2}
    assert rows_of(engine)[late.id]["user_id"] is None


def test_a_person_whose_calls_never_end_does_not_keep_it_for_ever(engine: Engine) -> None:
    old = call()
    DatabaseSink(engine).write([old], {})
    gone(old, engine=engine)
    other = open_engine(engine.url.render_as_string(hide_password=False))

    def write(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT calls.id, ") and "LIMIT" in statement:
            DatabaseSink(other).write([call()], {})

    event.listen(engine, "after_cursor_execute", write)
    found = forget(engine, ANN)
    event.remove(engine, "after_cursor_execute", write)
    other.dispose()

    assert found.is_behind
    assert forget(engine, ANN).is_behind is False
    assert set(users(engine)) == {None}


def test_a_ledger_that_is_away_is_an_error(postgres: Postgres, database: str) -> None:
    engine = open_engine(postgres.url(database), patience=5)
    with pytest.raises(LedgerAwayError, match="farebox migrate"):
        forget(engine, ANN)
    engine.dispose()


def test_on_sqlite_no_file_has_the_person_any_more(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "ledger.db") as engine:
        rows = [call("ann-of-green-gables", started_at=AT + timedelta(minutes=number)) for number in range(300)]
        DatabaseSink(engine).write([*rows, call("bob")], {})
        gone(*rows[:100], engine=engine)

        forget(engine, Person("user_id", "ann-of-green-gables"))

        for path in tmp_path.iterdir():
            assert b"ann-of-green-gables" not in path.read_bytes(), path.name
        assert any(b"bob" in path.read_bytes() for path in tmp_path.iterdir())
