"""Batches that are sent again, and rows that ClickHouse refuses."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from farebox.errors import LedgerAwayError
from farebox.store import queries
from farebox.store.clickhouse import rows
from farebox.store.clickhouse.engine import connected
from farebox.store.clickhouse.writer import Writer
from farebox.store.engine import open_engine
from farebox.store.summary import Scope
from sqlalchemy import Engine

from tests.clickhouse.relay import Relay
from tests.support.clickhouse import Cluster, is_installed
from tests.support.samples import record

_INSERT = r"INSERT\+INTO\+calls"


def test_a_batch_that_comes_again_in_other_parts_counts_once(clickhouse_ledger: Engine) -> None:
    records = [record() for _ in range(10)]
    Writer(clickhouse_ledger, sidecar="here").calls(records[:6])
    # A recorder that was killed before it stored the position; the next one reads other batches.
    again = Writer(clickhouse_ledger, sidecar="here")
    for some in (records[:4], records[4:10], records):
        assert again.calls(some) == []
    assert queries.number_of_calls(clickhouse_ledger, Scope()) == 10


def test_an_insert_whose_answer_is_lost_counts_once(clickhouse: Cluster, clickhouse_ledger: Engine) -> None:
    records = [record() for _ in range(4)]
    with Relay(clickhouse.http[0], _INSERT, 1) as relay:
        writer = Writer(_through(relay, clickhouse_ledger), sidecar="here")
        with pytest.raises(LedgerAwayError):
            writer.calls(records[:3])
        assert queries.number_of_calls(clickhouse_ledger, Scope()) == 3
        assert writer.calls(records) == []
        # Only what the ledger lacks is sent again.
        assert [body.count(b"\n") + 1 for body in relay.matched] == [3, 1]
    assert queries.number_of_calls(clickhouse_ledger, Scope()) == 4


def test_nothing_is_asked_before_an_insert_of_before_has_ended(clickhouse: Cluster, clickhouse_ledger: Engine) -> None:
    ended: list[str] = []

    def insert_of_before() -> None:
        clickhouse.server().ask("SELECT sleep(2)", settings={"query_id": "farebox:here:1"})
        ended.append("of before")

    with connected(clickhouse_ledger) as connection, ThreadPoolExecutor(1) as other:
        running = other.submit(insert_of_before)
        while not rows.running(connection, "farebox:here:") and not running.done():
            pass
        Writer(clickhouse_ledger, sidecar="here").calls([record()])
        assert ended == ["of before"]


@pytest.mark.skipif(not is_installed(with_zookeeper=True), reason="clickhouse-server or zookeeper is not installed")
def test_on_a_cluster_an_insert_without_an_answer_is_first_sent_again_unchanged() -> None:
    records = [record() for _ in range(40)]
    with Cluster(2) as cluster, cluster.new_ledger() as engine, Relay(cluster.http[0], _INSERT, 1) as relay:
        writer = Writer(_through(relay, engine), sidecar="here")
        with pytest.raises(LedgerAwayError):
            writer.calls(records[:30])
        # Other batches: the spool is read from another place on.
        assert writer.calls(records[20:]) == []
        assert [body.count(b"\n") + 1 for body in relay.matched] == [30, 30, 10]
        assert relay.matched[0] == relay.matched[1]
        assert queries.number_of_calls(engine, Scope()) == 40


def _through(relay: Relay, engine: Engine) -> Engine:
    return open_engine(engine.url.set(port=relay.port).render_as_string(hide_password=False), patience=60)


def test_a_row_that_does_not_fit_stops_no_other(clickhouse_ledger: Engine) -> None:
    sound, large = record(), record(input_tokens=2**63)
    assert Writer(clickhouse_ledger, sidecar="here").calls([large, sound]) == [large]
    assert queries.number_of_calls(clickhouse_ledger, Scope()) == 1


def test_a_table_that_takes_no_row_is_no_reason_to_lose_calls(clickhouse_ledger: Engine) -> None:
    with connected(clickhouse_ledger) as connection:
        connection.ask("DROP TABLE calls")
        connection.ask("CREATE TABLE calls (id UUID, started_at Int64, provider Int8) ENGINE = Memory")
    with pytest.raises(LedgerAwayError):
        Writer(clickhouse_ledger, sidecar="here").calls([record(), record()])
