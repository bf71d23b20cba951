"""A ledger of millions of calls, which the database makes by itself from some thousands."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from farebox.records.columns import NAMES
from farebox.records.record import Record
from farebox.store.appending import is_appending
from farebox.store.engine import writer
from farebox.store.maintenance import Maintenance
from farebox.store.rollups.rebuild import rebuild
from farebox.store.rows import insert_calls
from msgspec.structs import replace
from sqlalchemy import Connection, DateTime, Engine, Integer, bindparam, text

from . import bulk_clickhouse

DAYS = 30
# By the hour of the day, in UTC: a company in one part of the world.
_BUSY = range(7, 18)
_MADE = {
    "sqlite": {
        "numbers": "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count)",
        "id": "printf('%08x-%04x-7000-8000-%012x', :hour_number, n % 65536, n)",
        "started_at": "substr(:hour, 1, 14) || printf('%02d:%02d.%06d', n * 60 / :count, n * 3600 / :count % 60, n)",
        "response_id": "'resp_' || :hour_number || '_' || n",
    },
    "postgresql": {
        "numbers": "WITH numbers AS (SELECT generate_series(0, :count - 1) AS n)",
        "id": "CAST(lpad(to_hex(:hour_number), 8, '0') || '-' || lpad(to_hex(n % 65536), 4, '0') || '-7000-8000-' "
        "|| lpad(to_hex(n), 12, '0') AS uuid)",
        "started_at": ":hour + interval '3600 s' * n / :count",
        "response_id": "'resp_' || :hour_number || '_' || n",
    },
}


def fill(engine: Engine, rows: Sequence[Record], number: int, ends: datetime) -> None:
    """Put `number` calls like `rows` into an empty ledger, in the 30 days before `ends`, and their hourly sums.

    In each hour some of the people are there who asked for `rows`, each with several calls.
    """
    hours = [ends - timedelta(hours=hours) for hours in range(DAYS * 24, 0, -1)]
    weights = [_weight(hour) for hour in hours]
    counts = [round(number * weight / sum(weights)) for weight in weights]
    if is_appending(engine):
        bulk_clickhouse.fill(engine, rows, list(zip(hours, counts, strict=True)))
        return
    Maintenance(engine, now=lambda: ends).make_room([replace(rows[0], started_at=hour) for hour in hours[::24]])
    with writer(engine).begin() as connection:
        insert_calls(connection, rows)
        by_user = "row_number() OVER (ORDER BY user_id, id) - 1"
        connection.execute(text(f"CREATE TABLE samples AS SELECT {by_user} AS place, calls.* FROM calls"))  # noqa: S608
        connection.execute(text("CREATE UNIQUE INDEX samples_place ON samples (place)"))
        connection.execute(text("DELETE FROM calls"))
    for place, (hour, count) in enumerate(zip(hours, counts, strict=True)):
        with writer(engine).begin() as connection:
            _fill_hour(connection, hour, place, count, len(rows))
    with writer(engine).begin() as connection:
        connection.execute(text("DROP TABLE samples"))
        connection.execute(text("ANALYZE"))
    rebuild(engine)


def _weight(hour: datetime) -> float:
    return 0.15 if hour.weekday() >= 5 else 1.0 if hour.hour in _BUSY else 0.2


def _fill_hour(connection: Connection, hour: datetime, hour_number: int, count: int, samples: int) -> None:
    """Put `count` calls into an hour, two of each sample, of those people whose turn it is."""
    made = _MADE[connection.dialect.name]
    columns = ", ".join(made.get(name, f"samples.{name}") for name in NAMES)
    statement = text(
        f"INSERT INTO calls ({', '.join(NAMES)}) {made['numbers']} SELECT {columns} "  # noqa: S608 - names of ours
        "FROM numbers JOIN samples ON samples.place = (:first + n % :different) % :samples"
    ).bindparams(
        bindparam("hour", type_=DateTime(timezone=True)),
        *(bindparam(name, type_=Integer) for name in ("count", "hour_number", "first", "different", "samples")),
    )
    told = {"count": count, "hour": hour, "hour_number": hour_number, "samples": samples}
    connection.execute(statement, told | {"first": hour_number * 7_919, "different": max(1, count // 2)})
