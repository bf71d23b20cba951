"""Partitions are created ahead, and rows that are too old are deleted, and nothing else."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store import months
from farebox.store.engine import opened
from farebox.store.locks import Lock, take
from farebox.store.maintenance import Maintenance
from farebox.store.schema import call_prices
from farebox.store.snapshot import snapshot
from sqlalchemy import Engine, insert, select, text

from tests.support.ledgers import ids, new_ledger, new_postgres_ledger, parts
from tests.support.postgres import PASSWORD, Postgres
from tests.support.samples import record
from tests.support.sidecar import wait_until

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
KEEP = timedelta(days=90)
# Midnight, UTC.
CUT = datetime(2026, 8, 26, tzinfo=UTC)
LATELY = NOW - timedelta(hours=2)


def priced(engine: Engine, *records: Record) -> None:
    """Store `records`, each with a price that was given later."""
    DatabaseSink(engine, now=lambda: NOW).write(records, {})
    values = {"revision": 1, "priced_at": NOW, "cost_status": "priced", "cost_nanousd": 1}
    with engine.begin() as connection:
        rows = [{"call_id": one.id, "started_at": one.started_at, **values} for one in records]
        connection.execute(insert(call_prices), rows)


def purge_all(engine: Engine, keep: timedelta | None = KEEP, now: datetime = NOW) -> None:
    """Purge until nothing is left to delete."""
    maintenance = Maintenance(engine, keep, lambda: now)
    for _ in range(20):
        maintenance.purge()


def test_partitions_are_created_before_their_rows_arrive(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as engine:
        Maintenance(engine, now=lambda: NOW).make_room([])

        assert parts(engine, "calls") == {"calls_other", "calls_2026_11", "calls_2026_12", "calls_2027_01"}


def test_partitions_are_created_for_late_rows_but_not_for_implausible_times(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as engine:
        times = [datetime(year, month, 1, tzinfo=UTC) for year, month in ((1970, 1), (2025, 3), (2027, 2), (2099, 1))]
        Maintenance(engine, now=lambda: NOW).make_room([record(started_at=time) for time in times])

        assert parts(engine, "calls") == {
            "calls_other",
            *(f"calls_{one}" for one in ("2025_03", "2026_11", "2026_12", "2027_01")),
        }


def test_rows_are_stored_without_the_right_to_create_partitions(
    postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    with new_postgres_ledger(postgres) as owner:
        with owner.begin() as connection:
            connection.execute(text("DROP ROLE IF EXISTS writer"))
            connection.execute(text("CREATE ROLE writer LOGIN PASSWORD 'canary'"))
            connection.execute(text("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO writer"))
        url = postgres.url(owner.url.database or "").replace(f"postgres:{PASSWORD}", "writer:canary")
        one = record()
        with opened(url) as engine:
            assert DatabaseSink(engine, keep=KEEP).write([one], {}).refused == []

        assert ids(owner) == [one.id]
        assert "partitions are not created ahead" in caplog.text
        assert "permission denied" in caplog.text


def test_only_rows_that_are_too_old_are_deleted(engine: Engine) -> None:
    old = [record(started_at=datetime(2026, 7, day, tzinfo=UTC)) for day in range(1, 31)]
    kept = [record(started_at=at) for at in (CUT, LATELY, NOW, NOW + timedelta(days=60))]
    priced(engine, *old, *kept)

    purge_all(engine)

    assert ids(engine) == sorted(one.id for one in kept)
    with engine.connect() as connection:
        assert set(connection.scalars(select(call_prices.c.call_id))) == {one.id for one in kept}


def test_a_month_is_dropped_once_all_of_it_is_too_old(postgres: Postgres) -> None:
    rows = [record(started_at=at) for at in (datetime(2026, 7, 31, 23, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC))]
    with new_postgres_ledger(postgres) as engine:
        priced(engine, *rows)

        purge_all(engine)

        # August ends within the last 90 days.
        assert ids(engine) == [rows[1].id]
        assert parts(engine, "calls") & {"calls_2026_07", "calls_2026_08"} == {"calls_2026_08"}


def test_on_sqlite_rows_are_deleted_by_day(engine: Engine) -> None:
    rows = [record(started_at=at) for at in (CUT - timedelta(microseconds=1), CUT, LATELY)]
    DatabaseSink(engine).write(rows, {})

    purge_all(engine)

    gone = 1 if engine.dialect.name == "sqlite" else 0
    assert ids(engine) == [one.id for one in rows[gone:]]


def test_a_sidecar_whose_clock_is_ahead_deletes_nothing_too_early(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as engine:
        one = record(started_at=datetime.now(UTC))
        DatabaseSink(engine).write([one], {})

        maintenance = Maintenance(engine, KEEP, lambda: datetime.now(UTC) + timedelta(days=3650))
        for _ in range(5):
            maintenance.purge()

        assert ids(engine) == [one.id]


@pytest.mark.parametrize("now", [NOW + timedelta(days=8), NOW + timedelta(days=3650)])
def test_on_sqlite_a_clock_far_ahead_of_the_last_call_deletes_nothing(tmp_path: Path, now: datetime) -> None:
    rows = [record(started_at=at) for at in (CUT - timedelta(days=1), LATELY, now)]
    with new_ledger(tmp_path / "ledger.db") as engine:
        DatabaseSink(engine).write(rows, {})

        purge_all(engine, now=now)

        assert ids(engine) == sorted(one.id for one in rows)


def test_rows_of_the_default_partition_are_deleted_too(postgres: Postgres) -> None:
    with new_postgres_ledger(postgres) as engine:
        rows = [record(started_at=datetime(year, 1, 1, tzinfo=UTC)) for year in (1970, 2099)]
        priced(engine, *rows)

        purge_all(engine)

        assert ids(engine) == [rows[1].id]


def test_partitions_created_by_hand_stay_until_they_are_old(postgres: Postgres) -> None:
    days = [datetime(2026, 8, day, tzinfo=UTC) for day in range(20, 32)]
    with new_postgres_ledger(postgres) as engine:
        with engine.begin() as connection:
            for day in days:
                bounds = f"FROM ('{day.isoformat()}') TO ('{(day + timedelta(days=1)).isoformat()}')"
                connection.exec_driver_sql(f'CREATE TABLE "calls {day:%d}" PARTITION OF calls FOR VALUES {bounds}')
            ages = "FROM (MINVALUE) TO ('0099-01-01 BC')"
            connection.exec_driver_sql(f"CREATE TABLE ages PARTITION OF calls FOR VALUES {ages}")
        rows = [record(started_at=day) for day in days]
        priced(engine, *rows)

        purge_all(engine)

        # Days went that are over at the cut, and the month of their prices did not yet.
        assert parts(engine, "calls") == {
            "calls_other",
            *(f'"calls {day:%d}"' for day in days if day >= CUT),
            *("calls_2026_11", "calls_2026_12", "calls_2027_01"),
        }
        assert "call_prices_2026_08" in parts(engine, "call_prices")
        assert ids(engine) == sorted(one.id for one in rows if one.started_at >= CUT)


def makes(maintenance: Maintenance) -> None:
    maintenance.make_room([])


def drops(maintenance: Maintenance) -> None:
    for _ in months.TABLES:
        maintenance.purge()


@pytest.mark.parametrize("acts", [makes, drops])
@pytest.mark.parametrize("tables", [months.TABLES, months.TABLES[::-1]])
def test_a_reader_of_calls_and_prices_causes_no_deadlock(
    postgres: Postgres, acts: Callable[[Maintenance], None], tables: Sequence[str], caplog: pytest.LogCaptureFixture
) -> None:
    with new_postgres_ledger(postgres) as engine:
        priced(engine, record(started_at=datetime(2026, 7, 1, tzinfo=UTC)))
        maintenance = Maintenance(engine, KEEP, lambda: NOW + timedelta(days=60))
        with ThreadPoolExecutor(1) as pool, snapshot(engine) as report:
            report.execute(text(f"SELECT count(*) FROM {tables[0]}"))
            acting = pool.submit(acts, maintenance)
            wait_until(lambda: acting.done() or waits_for_a_lock(engine))

            report.execute(text(f"SELECT count(*) FROM {tables[1]}"))

    # Postgres breaks it off for one of the two.
    assert "deadlock" not in caplog.text


def waits_for_a_lock(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_many_rows_are_deleted_a_part_at_a_time(engine: Engine) -> None:
    old = datetime(1970, 1, 1, tzinfo=UTC)
    times = [*(old + timedelta(seconds=second) for second in range(1200)), LATELY]
    DatabaseSink(engine).write([record(started_at=at) for at in times], {})
    maintenance = Maintenance(engine, KEEP, lambda: NOW)

    left = []
    for _ in range(4):
        maintenance.purge()
        left.append(len(ids(engine)))

    assert left == [701, 201, 1, 1]


def test_a_call_keeps_its_later_price_until_it_is_deleted(engine: Engine) -> None:
    first = datetime(1970, 1, 1, tzinfo=UTC)
    rows = [record(started_at=first + timedelta(seconds=second)) for second in range(1200)]
    young = record(started_at=LATELY)
    # The youngest come first: those that are read first are not the oldest.
    DatabaseSink(engine).write([young, *rows[600:], *rows[:600]], {})
    values = {"revision": 1, "priced_at": NOW, "cost_status": "priced", "cost_nanousd": 1}
    with engine.begin() as connection:
        connection.execute(
            insert(call_prices), [{"call_id": one.id, "started_at": one.started_at, **values} for one in rows[-300:]]
        )
    maintenance = Maintenance(engine, KEEP, lambda: NOW)

    for gone in (500, 1000):
        maintenance.purge()
        with engine.connect() as connection:
            kept = set(connection.scalars(select(call_prices.c.call_id)))
        assert ids(engine) == sorted(one.id for one in [*rows[gone:], young])
        assert kept >= {one.id for one in rows[max(gone, 900) :]}

    purge_all(engine)
    with engine.connect() as connection:
        assert connection.scalars(select(call_prices.c.call_id)).all() == []


def test_nothing_is_deleted_by_default(engine: Engine) -> None:
    one = record(started_at=datetime(2020, 1, 1, tzinfo=UTC))
    DatabaseSink(engine).write([one], {})

    purge_all(engine, keep=None)
    DatabaseSink(engine).purge()

    assert ids(engine) == [one.id]


def test_one_sidecar_at_a_time_deletes_rows(postgres: Postgres) -> None:
    one = record(started_at=datetime(2020, 1, 1, tzinfo=UTC))
    with new_postgres_ledger(postgres) as engine:
        DatabaseSink(engine).write([one], {})
        with engine.begin() as other:
            take(other, Lock.RETENTION)
            purge_all(engine)
            assert ids(engine) == [one.id]

        purge_all(engine)
        assert ids(engine) == []


def test_a_month_that_is_being_read_is_dropped_later(postgres: Postgres, caplog: pytest.LogCaptureFixture) -> None:
    one = record(started_at=datetime(2020, 1, 1, tzinfo=UTC))
    with new_postgres_ledger(postgres) as engine:
        DatabaseSink(engine).write([one], {})
        with engine.begin() as report:
            report.execute(text("SELECT count(*) FROM calls"))
            purge_all(engine)
        assert ids(engine) == [one.id]
        assert "old calls are not deleted yet" in caplog.text

        purge_all(engine)
        assert ids(engine) == []
