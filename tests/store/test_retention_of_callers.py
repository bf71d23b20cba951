"""Old hourly sums lose their callers, at the time that is set, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from farebox.records.record import Completion, Record
from farebox.sinks.batch import Links
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import writer
from farebox.store.locks import Lock, take
from farebox.store.maintenance import Maintenance
from farebox.store.rollups import counting
from farebox.store.rollups.rebuild import rebuild
from farebox.store.rollups.tables import BY_CALLER, BY_MODEL
from farebox.store.schema import calls, hourly
from farebox.store.summary import Scope
from farebox.store.totals import totals
from msgspec.structs import replace
from sqlalchemy import Engine, delete, func, insert, select, text

from tests.support.ledgers import ids, new_postgres_ledger
from tests.support.postgres import Postgres
from tests.support.samples import record

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
KEEP = timedelta(days=90)
# Midnight, UTC.
CUT = datetime(2026, 8, 26, tzinfo=UTC)
OLD = datetime(2026, 7, 1, 9, tzinfo=UTC)
LATELY = NOW - timedelta(hours=2)
SUMS = hourly[BY_CALLER.table]


def call(user: str | None = "ann", at: datetime = OLD, **values: Any) -> Record:
    return record(**{"user_id": user, "started_at": at, "cost_nanousd": 7, "input_tokens": 5} | values)


def purge(engine: Engine, keep_callers: timedelta | None = KEEP, now: datetime = NOW) -> None:
    maintenance = Maintenance(engine, None, lambda: now, keep_callers=keep_callers)
    while maintenance.purge():
        pass


def users(engine: Engine) -> list[tuple[str | None, int]]:
    """Return the users of the hourly sums and their calls, hour by hour."""
    query = select(SUMS.c.user_id, SUMS.c.calls).order_by(SUMS.c.hour, SUMS.c.user_id)
    with engine.connect() as connection:
        return [(user, number) for user, number in connection.execute(query)]


def test_callers_past_the_retention_are_removed_and_no_others(engine: Engine) -> None:
    rows = [call("ann"), call("bob"), call("cid", CUT - timedelta(seconds=1)), call("dan", CUT), call("eve", LATELY)]
    DatabaseSink(engine).write(rows, {})

    purge(engine)

    assert users(engine) == [(None, 2), (None, 1), ("dan", 1), ("eve", 1)]


@pytest.mark.parametrize("column", ["user_id", "team", "project", "key_fingerprint"])
def test_every_column_of_callers_is_removed(engine: Engine, column: str) -> None:
    DatabaseSink(engine).write([replace(call(None), **{column: "x"}), call(None, LATELY)], {})

    purge(engine)

    with engine.connect() as connection:
        assert connection.scalars(select(SUMS.c[column]).order_by(SUMS.c.hour)).all() == [None, None]


def test_calls_keep_their_callers(engine: Engine) -> None:
    DatabaseSink(engine).write([call("ann"), call("bob", LATELY)], {})

    purge(engine)

    with engine.connect() as connection:
        assert connection.scalars(select(calls.c.user_id).order_by(calls.c.started_at)).all() == ["ann", "bob"]


def test_nothing_is_removed_unless_it_is_set(engine: Engine) -> None:
    DatabaseSink(engine).write([call("ann"), call("bob", LATELY)], {})

    purge(engine, keep_callers=None)

    assert users(engine) == [("ann", 1), ("bob", 1)]


def test_reports_have_the_same_totals_and_an_unknown_user_for_the_time_before(engine: Engine) -> None:
    rows = [call("ann"), call("bob", model_returned="m"), call("ann", LATELY)]
    DatabaseSink(engine).write(rows, {})
    with engine.begin() as connection:
        connection.execute(delete(calls).where(calls.c.started_at < CUT))
    purge(engine)

    def report(name: str) -> dict[Any, tuple[int, int | None]]:
        found = totals(engine, Scope(), [name], lambda _first, _last: [], few=0)
        assert (found.whole.calls, found.whole.cost_nanousd) == (3, 21)
        return {group.key: (group.sums.calls, group.sums.cost_nanousd) for group in found.groups}

    assert report("user") == {(None,): (2, 14), ("ann",): (1, 7)}
    assert report("model") == {(None,): (2, 14), ("m",): (1, 7)}


def test_many_rows_are_cleared_a_part_at_a_time(engine: Engine) -> None:
    rows = [call(f"u{number}", OLD + timedelta(minutes=number % 90)) for number in range(1200)]
    DatabaseSink(engine).write([*rows, call("now", LATELY)], {})
    maintenance = Maintenance(engine, None, lambda: NOW, keep_callers=KEEP)

    left = []
    while maintenance.purge():
        left.append(sum(user is not None for user, _ in users(engine)))

    assert left[:3] == [701, 201, 1]
    assert left[-1] == 1
    assert [number for user, number in users(engine) if user is None] == [810, 390]


def test_callers_of_years_apart_are_all_found(engine: Engine) -> None:
    times = [datetime(year, 5, 1, tzinfo=UTC) for year in (1970, 2019, 2025, 2026)]
    DatabaseSink(engine).write([call(at=at) for at in [*times, LATELY]], {})

    purge(engine)

    assert users(engine) == [*[(None, 1)] * 4, ("ann", 1)]


def test_a_call_that_arrives_late_loses_its_caller_the_next_day(engine: Engine) -> None:
    seconds, days = 0.0, 0
    DatabaseSink(engine).write([call("ann"), call("bob", LATELY)], {})
    maintenance = Maintenance(
        engine,
        None,
        lambda: NOW + timedelta(days=days, seconds=seconds),
        keep_callers=KEEP,
        monotonic=lambda: days * 86_400 + seconds,
    )
    while maintenance.purge():
        pass
    DatabaseSink(engine).write([call("late", OLD - timedelta(days=1))], {})

    days = 1
    while maintenance.purge():
        pass

    assert users(engine) == [(None, 1), (None, 1), ("bob", 1)]


def test_sums_stay_those_of_the_calls_when_these_are_completed_or_repriced_afterwards(engine: Engine) -> None:
    pending = call("ann", cost_nanousd=None, input_tokens=None, usage_source="none", cost_status="unpriced")
    old = call("bob")
    DatabaseSink(engine).write([pending, old, call("cid", LATELY)], {})
    purge(engine)

    done = replace(pending, cost_nanousd=3, input_tokens=2, usage_source="reported", cost_status="priced")
    DatabaseSink(engine).write([], {}, links=Links([Completion(pending, done)]))
    with writer(engine).begin() as connection:
        counting.count(connection, (), [(old, replace(old, cost_nanousd=9))])
    purge(engine)

    with engine.connect() as connection:
        rows = [
            sorted(tuple(row) for row in connection.execute(select(*(table.c[name] for name in _COMPARED))))
            for table in (SUMS, hourly[BY_MODEL.table])
        ]
    assert rows[0] == rows[1]
    assert sum(row[1] for row in rows[0]) == 3 + 9 + 7


_COMPARED = ("calls", "cost_nanousd", "cost_nanousd_known", "input_tokens", "input_tokens_known", "cost_status")


def test_hours_without_callers_are_not_mended(engine: Engine) -> None:
    """The calls still have theirs, but the sums must not get them back."""
    DatabaseSink(engine).write([call("ann"), call("bob"), call("cid", LATELY)], {})
    purge(engine)

    assert rebuild(engine) == 0

    assert users(engine) == [(None, 2), ("cid", 1)]


def test_hours_without_callers_whose_sums_are_wrong_are_mended(engine: Engine) -> None:
    DatabaseSink(engine).write([call("ann"), call("bob", LATELY)], {})
    purge(engine)
    late = call("cid")
    with engine.begin() as connection:
        connection.execute(insert(calls), [{name: getattr(late, name) for name in late.__struct_fields__}])

    assert rebuild(engine) == 1

    with engine.connect() as connection:
        assert connection.scalar(select(func.sum(SUMS.c.calls))) == 3


def test_calls_and_callers_each_go_at_their_own_time(engine: Engine) -> None:
    rows = [call("ann", datetime(1970, 1, 1, tzinfo=UTC)), call("bob"), call("cid", LATELY)]
    DatabaseSink(engine).write(rows, {})
    maintenance = Maintenance(engine, timedelta(days=3650), lambda: NOW, keep_callers=KEEP)
    while maintenance.purge():
        pass

    assert ids(engine) == [rows[1].id, rows[2].id]
    assert users(engine) == [(None, 1), (None, 1), ("cid", 1)]


def test_one_sidecar_at_a_time_removes_callers(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as engine:
        DatabaseSink(engine).write([call("ann")], {})
        with engine.begin() as other:
            take(other, Lock.RETENTION)
            purge(engine)
            assert users(engine) == [("ann", 1)]

        purge(engine)
        assert users(engine) == [(None, 1)]


def test_sums_that_are_locked_keep_their_callers_until_the_next_try(
    postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    seconds = 0.0
    with new_postgres_ledger(postgres) as engine:
        DatabaseSink(engine).write([call("ann")], {})
        maintenance = Maintenance(engine, None, lambda: NOW, keep_callers=KEEP, monotonic=lambda: seconds)
        with engine.begin() as other:
            other.execute(text(f"LOCK TABLE {BY_CALLER.table} IN ROW EXCLUSIVE MODE"))
            assert not maintenance.purge()
        assert users(engine) == [("ann", 1)]
        assert "old hourly sums still have callers" in caplog.text

        assert not maintenance.purge()
        seconds = 3600
        while maintenance.purge():
            pass
        assert users(engine) == [(None, 1)]


@pytest.mark.parametrize(("hours", "is_removed"), [(0.0, False), (0.99, False), (1.0, True)])
def test_on_sqlite_a_steady_clock_suffices_when_no_call_came_for_long(
    engine: Engine, hours: float, is_removed: bool
) -> None:
    """On Postgres, the server's clock does."""
    if engine.dialect.name != "sqlite":
        is_removed = True
    rows = [call("ann", datetime(1970, 1, 1, tzinfo=UTC)), call("bob", NOW - timedelta(days=30))]
    DatabaseSink(engine).write(rows, {})
    passed = 0.0
    maintenance = Maintenance(
        engine, KEEP, lambda: NOW + timedelta(seconds=passed), keep_callers=KEEP, monotonic=lambda: passed
    )
    passed = hours * 3600

    while maintenance.purge():
        pass

    assert ids(engine) == [row.id for row in rows[is_removed:]]
    assert users(engine) == [("ann", 1) if not is_removed else (None, 1), ("bob", 1)]


def test_on_sqlite_a_clock_that_was_just_set_removes_nothing(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    passed, ahead = 0.0, timedelta(0)
    DatabaseSink(engine).write([call("ann", NOW - timedelta(days=30))], {})
    maintenance = Maintenance(
        engine, KEEP, lambda: NOW + timedelta(seconds=passed) + ahead, keep_callers=KEEP, monotonic=lambda: passed
    )
    maintenance.purge()
    passed, ahead = 2 * 3600.0, timedelta(days=3650)

    while maintenance.purge():
        pass

    assert users(engine) == [("ann", 1)]
