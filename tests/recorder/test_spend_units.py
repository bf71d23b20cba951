"""The spend of each hour in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from farebox.recorder import spend_units
from farebox.recorder.spend_units import SpendUnits
from farebox.sinks.database import DatabaseSink
from farebox.store.rollups.rebuild import rebuild
from pytest import MonkeyPatch
from sqlalchemy import Engine, event, text

from tests.support.samples import record

NOW = datetime(2026, 10, 25, 14, 30, tzinfo=UTC)
SINCE = datetime(2026, 9, 25, tzinfo=UTC)
THIS = NOW.replace(minute=0)


def write(engine: Engine, *days_ago: int, name: str = "ann") -> None:
    rows = [record(started_at=NOW - timedelta(days=days), cost_nanousd=5, user_id=name) for days in days_ago]
    DatabaseSink(engine).write(rows, {})


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect what is asked of the database."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_a_quiet_ledger_is_not_read_again_and_calls_are_not_read_at_all(engine: Engine) -> None:
    write(engine, 0, 1, 20)
    units = SpendUnits(engine)
    units.refresh(SINCE, NOW, [THIS])

    with statements(engine) as asked:
        units.refresh(SINCE, NOW, [THIS])

    assert [one for one in asked if "hourly_by_caller" in one or "FROM calls" in one] == []


def test_only_the_hour_that_changed_is_read_again(engine: Engine) -> None:
    write(engine, 0, 1, 20)
    units = SpendUnits(engine)
    units.refresh(SINCE, NOW, [])
    write(engine, 20)

    with statements(engine) as asked:
        units.refresh(SINCE, NOW, [])

    assert len([one for one in asked if "hourly_by_caller" in one]) == 1
    assert units.all_of(THIS - timedelta(days=20)) == 10


def test_hours_are_read_newest_first_and_the_rest_later(engine: Engine) -> None:
    write(engine, 0, 20)
    units = SpendUnits(engine, patience=0)

    units.refresh(SINCE, NOW, [])

    assert units.has(THIS)
    assert not units.has(SINCE)
    assert units.between(SINCE, NOW) is None
    assert units.all_of(THIS) == 5
    while not units.has(SINCE):
        units.refresh(SINCE, NOW, [])
    assert units.all_of(THIS - timedelta(days=20)) == 5


def test_sums_that_were_rebuilt_are_read_again(engine: Engine) -> None:
    write(engine, 0)
    units = SpendUnits(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE hourly_by_caller SET cost_nanousd = 99"))
    units.refresh(SINCE, NOW, [])
    assert units.all_of(THIS) == 99

    rebuild(engine)
    units.refresh(SINCE, NOW, [])

    assert units.all_of(THIS) == 5


def test_names_that_are_gone_take_no_memory_for_ever(engine: Engine, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(spend_units, "_GONE_LIMIT", 10)
    units = SpendUnits(engine)
    for number in range(20):
        write(engine, 29, name=f"user {number}")
    write(engine, 0)
    units.refresh(SINCE, NOW, [])
    assert len(units.names) > 20

    units.refresh(NOW - timedelta(days=1), NOW, [])

    assert len(units.names) < 10
    assert units.all_of(THIS) == 5
