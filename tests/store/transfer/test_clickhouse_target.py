"""ClickHouse as a target."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from farebox.errors import LedgerError
from farebox.store.engine import writer
from farebox.store.reprices import history
from farebox.store.schema import alert_events, calls
from farebox.store.snapshot import snapshot
from farebox.store.transfer.clickhouse_target import ClickHouseTarget
from farebox.store.transfer.copying import copy
from farebox.store.transfer.pages import Priced
from sqlalchemy import Engine, delete, insert

from tests.store.transfer.ledgers import BEGUN, fill, reprice, rows, some_calls
from tests.support.ledgers import new_ledger
from tests.support.samples import record


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Engine]:
    with new_ledger(tmp_path / "source.db") as engine:
        yield engine


def test_later_prices_come_with_their_times_and_once(source: Engine, clickhouse_ledger: Engine) -> None:
    fill(source, some_calls(2))
    [_, last] = rows(source)
    for day in (1, 2):
        reprice(source, [last.id], day, BEGUN + timedelta(days=day))
    copy(source, clickhouse_ledger)
    reprice(source, [last.id], 3, BEGUN + timedelta(days=3))
    copy(source, clickhouse_ledger)

    row = {"id": last.id, "started_at": last.started_at}
    prices = [
        [(price["cost_nanousd"], price["priced_at"].replace(tzinfo=None)) for price in history(engine, row)[1:]]
        for engine in (source, clickhouse_ledger)
    ]
    assert prices[0] == prices[1]
    assert len(prices[0]) == 3


def test_a_row_that_clickhouse_refuses_is_named(clickhouse_ledger: Engine) -> None:
    large = record(input_tokens=2**63)

    with pytest.raises(LedgerError, match=f"refuses call {large.id}"):
        ClickHouseTarget(clickhouse_ledger).put([Priced(large), Priced(record())])


def test_what_has_no_place_is_told(source: Engine, clickhouse_ledger: Engine) -> None:
    fill(source, some_calls(9))
    with writer(source).begin() as connection:
        connection.execute(delete(calls).where(calls.c.started_at < BEGUN + timedelta(hours=4)))
        names = ("event", "kind", "budget", "scope", "name", "threshold", "bound")
        connection.execute(
            insert(alert_events), [{**dict.fromkeys(names, "x"), "window_start": BEGUN, "created_at": BEGUN}]
        )

    with snapshot(source) as connection:
        told = ClickHouseTarget(clickhouse_ledger).put_state(connection)

    assert told[0].startswith("2 hours before 2026-09-29 01:00 UTC have sums of calls that are deleted")
    assert told[1].startswith("notifications stay behind")
