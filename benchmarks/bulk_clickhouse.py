"""A ledger of many millions of calls on ClickHouse, which the server makes by itself from some thousands."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import batched

from farebox.records.columns import NAMES
from farebox.records.record import Record
from farebox.store.clickhouse import dbapi
from farebox.store.clickhouse.engine import connected
from farebox.store.clickhouse.rows import insert, row_of
from farebox.store.clickhouse.values import FIRST_WITH_MICROSECONDS, MODERN, literal
from sqlalchemy import Engine

_HOUR = timedelta(hours=1) // timedelta(microseconds=1)
_SETTLING_SECONDS = 300.0
# An insert becomes few parts, so that merges have little to do; on two cores, more threads only take memory.
_BLOCK = "2000000"
_SETTINGS = {
    "max_partitions_per_insert_block": "0",
    "max_insert_block_size": _BLOCK,
    "min_insert_block_size_rows": _BLOCK,
    "min_insert_block_size_bytes": "4000000000",
    "max_threads": "2",
}


def fill(engine: Engine, rows: Sequence[Record], hours: Sequence[tuple[datetime, int]]) -> None:
    """Put as many calls like `rows` into each hour, in one insert a day, and wait for the merges."""
    with connected(engine) as connection:
        connection.ask("CREATE TABLE samples AS calls ENGINE = Memory")
        ordered = sorted(rows, key=lambda row: (row.user_id or "", row.id))
        insert(connection, "samples", [row_of(row, connection.version) for row in ordered], "samples")
        for day in batched(enumerate(hours), 24):
            settings = _SETTINGS if connection.version >= MODERN else {}
            connection.ask(_insert(connection, day, len(rows)), settings=settings)
        connection.ask("DROP TABLE samples")
        _settle(connection)


def _insert(connection: dbapi.Connection, day: Sequence[tuple[int, tuple[datetime, int]]], samples: int) -> str:
    """Return the insert of some hours: copies of those samples whose turn it is, each at a time of its own."""
    turns = ", ".join(_turn(connection, number, hour, count, samples) for number, (hour, count) in day)
    number, begin, first, different, copies = (f"tupleElement(turn, {place})" for place in range(1, 6))
    after = f"intDiv(((row - {first}) * {copies} + copy) * {_HOUR}, {different} * {copies})"
    is_time = connection.version >= FIRST_WITH_MICROSECONDS
    response = f"concat('resp_', toString({number}), '_', toString(row * {copies} + copy))"
    made = {
        # A random one would be the same for all copies of a row.
        "id": f"toUUID(UUIDNumToString(MD5({response})))",
        "started_at": f"addMicroseconds({begin}, {after})" if is_time else f"{begin} + {after}",
        "response_id": response,
    }
    columns = ", ".join(made.get(name, f"`{name}`") for name in NAMES)
    names = ", ".join(f"`{name}`" for name in NAMES)
    numbered = "SELECT *, rowNumberInAllBlocks() AS row FROM samples"
    mine = "row >= tupleElement(one, 3) AND row < tupleElement(one, 3) + tupleElement(one, 4)"
    taken = f"SELECT *, turn FROM ({numbered}) ARRAY JOIN arrayFilter(one -> {mine}, [{turns}]) AS turn"  # noqa: S608 - names of ours
    return f"INSERT INTO calls ({names}) SELECT {columns} FROM ({taken}) ARRAY JOIN range(toUInt64({copies})) AS copy"  # noqa: S608


def _turn(connection: dbapi.Connection, number: int, hour: datetime, count: int, samples: int) -> str:
    """Return an hour: its number and start, the first sample, how many samples it copies, and how often."""
    different = max(1, min(count // 2, samples))
    copies = max(1, round(count / different))
    first = number * 7_919 % (samples - different + 1)
    wide = f"toInt64({first}), toInt64({different}), toInt64({copies})"
    return f"(toInt64({number}), {literal(hour, connection.version)}, {wide})"


def _settle(connection: dbapi.Connection) -> None:
    """Wait until nothing is merged any more, or for some minutes."""
    until = time.monotonic() + _SETTLING_SECONDS
    quiet = 0
    while quiet < 3 and time.monotonic() < until:
        merges = connection.ask("SELECT count() FROM system.merges FORMAT TabSeparated")
        quiet = 0 if int(merges) else quiet + 1
        time.sleep(1)
