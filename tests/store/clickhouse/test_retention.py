"""Old months of calls on ClickHouse."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from farebox.sinks.clickhouse import ClickHouseSink
from farebox.store import queries
from farebox.store.clickhouse.engine import connected
from farebox.store.clickhouse.retention import Retention
from farebox.store.engine import open_engine
from farebox.store.reprices import revise
from farebox.store.summary import Scope
from farebox.store.totals import totals
from sqlalchemy import Engine

from tests.support.clickhouse import Cluster, is_installed
from tests.support.samples import record

_NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
# From 15 January on.
_KEEP = timedelta(days=59)


@pytest.fixture
def purge(clickhouse_ledger: Engine) -> Callable[[], None]:
    return Retention(clickhouse_ledger, _KEEP, lambda: _NOW, monotonic=lambda: 1.0).purge


def _store(engine: Engine, *starts: datetime) -> None:
    ClickHouseSink(engine).write([record(started_at=start, cost_nanousd=5) for start in starts], {})


def _starts(engine: Engine) -> list[datetime]:
    return [row["started_at"] for row in queries.all_calls(engine)]


def test_a_month_goes_once_all_of_it_is_older(clickhouse_ledger: Engine, purge: Callable[[], None]) -> None:
    last_of_december = datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    first_of_january = datetime(2026, 1, 1, tzinfo=UTC)
    _store(clickhouse_ledger, datetime(2024, 5, 2, tzinfo=UTC), last_of_december, first_of_january, _NOW)
    purge()
    assert _starts(clickhouse_ledger) == [first_of_january, _NOW]
    assert totals(clickhouse_ledger, Scope(), ("provider",), lambda *_: [], few=0).whole.calls == 2


def test_what_changed_in_a_call_goes_with_it(clickhouse_ledger: Engine, purge: Callable[[], None]) -> None:
    old, young = (record(started_at=start, cost_nanousd=5) for start in (datetime(2025, 12, 1, tzinfo=UTC), _NOW))
    ClickHouseSink(clickhouse_ledger).write([old, young], {})
    with clickhouse_ledger.connect() as connection:
        revise(connection, [(one, msgspec.structs.replace(one, cost_nanousd=7)) for one in (old, young)], _NOW)
    purge()
    assert [(row["id"], row["cost_nanousd"]) for row in queries.all_calls(clickhouse_ledger)] == [(young.id, 7)]
    with connected(clickhouse_ledger) as connection:
        assert connection.ask("SELECT count() FROM call_changes") == "2\n"
    assert totals(clickhouse_ledger, Scope(), ("provider",), lambda *_: [], few=0).whole.cost_nanousd == 7


def test_changes_whose_calls_are_gone_already_go_too(clickhouse_ledger: Engine, purge: Callable[[], None]) -> None:
    old = record(started_at=datetime(2025, 12, 1, tzinfo=UTC), cost_nanousd=5)
    ClickHouseSink(clickhouse_ledger).write([old], {})
    with clickhouse_ledger.connect() as connection:
        revise(connection, [(old, msgspec.structs.replace(old, cost_nanousd=7))], _NOW)
    with connected(clickhouse_ledger) as connection:
        connection.ask("ALTER TABLE calls DROP PARTITION 202512")
    purge()
    assert _starts(clickhouse_ledger) == []


def test_a_month_that_a_far_future_shares_stays(clickhouse_ledger: Engine, purge: Callable[[], None]) -> None:
    # 18.16 counts seconds in 32 bits: these two are in one month there.
    old = datetime(1970, 5, 1, tzinfo=UTC)
    future = old + timedelta(seconds=2**32)
    _store(clickhouse_ledger, old, future)
    purge()
    assert _starts(clickhouse_ledger) == [old, future]


def test_a_clock_that_is_ahead_drops_nothing_that_the_server_holds_for_young(clickhouse_ledger: Engine) -> None:
    now = datetime.now(UTC)
    _store(clickhouse_ledger, now)
    Retention(clickhouse_ledger, _KEEP, lambda: now + timedelta(days=4000), monotonic=lambda: 1.0).purge()
    assert _starts(clickhouse_ledger) == [now]


def test_it_looks_once_an_hour(clickhouse_ledger: Engine) -> None:
    moments = iter([1.0, 1.0, 3600.9, 3601.0, 3601.0])
    retention = Retention(clickhouse_ledger, _KEEP, lambda: _NOW, monotonic=lambda: next(moments))
    retention.purge()
    old = datetime(2025, 12, 1, tzinfo=UTC)
    _store(clickhouse_ledger, old)
    retention.purge()
    assert _starts(clickhouse_ledger) == [old]
    retention.purge()
    assert _starts(clickhouse_ledger) == []


def test_a_server_that_is_away_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    engine = open_engine("clickhouse://127.0.0.1:1/farebox", patience=1)
    moments = iter([1.0, 1.0, 4000.0, 4000.0])
    retention = Retention(engine, _KEEP, lambda: _NOW, monotonic=lambda: next(moments))
    with caplog.at_level(logging.WARNING):
        retention.purge()
        retention.purge()
    assert caplog.text.count("old months are not dropped yet") == 1


@pytest.mark.skipif(not is_installed(with_zookeeper=True), reason="no ClickHouse and ZooKeeper here")
def test_a_cluster_drops_the_months_of_every_shard() -> None:
    with Cluster() as cluster, cluster.new_ledger() as engine:
        days = [datetime(2025, 12, day, tzinfo=UTC) for day in range(1, 31)]
        _store(engine, *days, _NOW)
        held = [
            cluster.server(place, engine.url.database or "").ask("SELECT count() FROM calls_local") for place in (0, 1)
        ]
        assert "0\n" not in held
        Retention(engine, _KEEP, lambda: _NOW, monotonic=lambda: 1.0).purge()
        assert _starts(engine) == [_NOW]
