"""On Postgres, each month is a partition, and a row of any time has one."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from farebox.store import months
from farebox.store.months import Month, ahead, make
from farebox.store.snapshot import snapshot
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from tests.store.test_rows import insert
from tests.support.ledgers import ids, new_postgres_ledger, parts
from tests.support.postgres import Postgres
from tests.support.samples import record

PLACE = "id::text AS id, tableoid::regclass::text AS place"
NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[Engine]:
    with new_postgres_ledger(postgres) as engine:
        yield engine


def made(engine: Engine, *wanted: Month) -> dict[str, set[str]]:
    """Make `wanted`, and return the parts of each table."""
    for name in months.TABLES:
        with engine.begin() as connection:
            make(connection, name, wanted)
    return {name: parts(engine, name) for name in months.TABLES}


def places(engine: Engine) -> dict[str, str]:
    """Return in which table each row lies."""
    with engine.connect() as connection:
        return {row.id: row.place for row in connection.execute(text(f"SELECT {PLACE} FROM calls"))}


@pytest.mark.parametrize(
    ("month", "next_one"), [(Month(2026, 1), Month(2026, 2)), (Month(2026, 11), DECEMBER), (DECEMBER, Month(2027, 1))]
)
def test_a_month_has_a_next(month: Month, next_one: Month) -> None:
    assert month.next == next_one


def test_the_months_ahead_are_this_one_and_two(engine: Engine) -> None:
    assert ahead(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)) == [NOVEMBER, DECEMBER, Month(2027, 1)]


def test_partitions_are_created_once_for_every_table(engine: Engine) -> None:
    expected = {name: {f"{name}_other", f"{name}_2026_11", f"{name}_2026_12"} for name in months.TABLES}

    assert made(engine, NOVEMBER, DECEMBER) == expected
    assert made(engine, DECEMBER, NOVEMBER) == expected


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_month_is_one_of_utc_wherever_the_server_is(engine: Engine, zone: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {engine.url.database} SET timezone = '{zone}'"))
    engine.dispose()
    last, first = datetime(2026, 11, 30, 23, 59, 59, 999999, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    late, early = record(started_at=last), record(started_at=first)

    made(engine, NOVEMBER, DECEMBER)
    insert(engine, late, early)

    assert places(engine) == {late.id: "calls_2026_11", early.id: "calls_2026_12"}


def test_a_row_of_any_time_has_a_partition(engine: Engine) -> None:
    made(engine, NOVEMBER)
    rows = [record(started_at=datetime(year, 1, 1, tzinfo=UTC)) for year in (1, 1970, 2027, 9999)]

    insert(engine, *rows)

    assert places(engine) == {row.id: "calls_other" for row in rows}


def test_a_new_partition_takes_its_rows_from_the_default_one(engine: Engine) -> None:
    inside = [record(started_at=NOVEMBER.begins), record(started_at=DECEMBER.begins - timedelta(microseconds=1))]
    outside = [record(started_at=NOVEMBER.begins - timedelta(microseconds=1)), record(started_at=DECEMBER.begins)]
    insert(engine, *inside, *outside)

    made(engine, NOVEMBER)

    assert places(engine) == {row.id: "calls_2026_11" for row in inside} | {row.id: "calls_other" for row in outside}
    assert ids(engine) == sorted(row.id for row in (*inside, *outside))


def test_a_partition_has_the_indexes_of_its_table(engine: Engine) -> None:
    made(engine, NOVEMBER)

    with engine.connect() as connection:
        keys = text("SELECT indexdef FROM pg_indexes WHERE tablename = :name ORDER BY indexdef")
        whole, part = (
            [one.partition(" USING ")[2] for one in connection.scalars(keys, {"name": name})]
            for name in ("calls", "calls_2026_11")
        )
    assert sorted(part) == sorted(whole)


def test_recorders_that_create_the_same_month_at_once_create_it_once(engine: Engine) -> None:
    insert(engine, *(record(started_at=NOVEMBER.begins + timedelta(days=days)) for days in range(28)))
    failures: list[BaseException] = []

    def act() -> None:
        try:
            made(engine, NOVEMBER, DECEMBER)
        except BaseException as error:  # noqa: BLE001 - the main thread raises it
            failures.append(error)

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert set(places(engine).values()) == {"calls_2026_11"}


def test_rows_do_not_move_while_they_are_read(engine: Engine) -> None:
    insert(engine, record(started_at=NOVEMBER.begins))
    with snapshot(engine) as report:
        report.execute(text("SELECT 1"))
        with pytest.raises(OperationalError, match="lock timeout"):
            made(engine, NOVEMBER)

        here = f"started_at >= '{NOVEMBER.begins}' AND started_at < '{DECEMBER.begins}'"
        assert report.scalar(text(f"SELECT count(*) FROM calls WHERE {here}")) == 1


def test_a_long_report_does_not_block_a_writer_that_needs_a_new_month(engine: Engine) -> None:
    late = record(started_at=NOVEMBER.begins)
    with engine.connect() as report:
        report.execute(text("SELECT count(*) FROM calls"))

        with pytest.raises(OperationalError, match="lock timeout"):
            made(engine, NOVEMBER)
        insert(engine, late)

    assert places(engine) == {late.id: "calls_other"}
    made(engine, NOVEMBER)
    assert places(engine) == {late.id: "calls_2026_11"}
