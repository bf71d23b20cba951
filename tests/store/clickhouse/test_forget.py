"""Persons who are removed from a ledger on ClickHouse."""

import msgspec
import pytest
from farebox.sinks.clickhouse import ClickHouseSink
from farebox.store import queries
from farebox.store.clickhouse.engine import connected
from farebox.store.forget import TRACES, Forgotten, Person, forget
from farebox.store.reprices import revise
from farebox.store.summary import Scope
from farebox.store.totals import totals
from sqlalchemy import Engine

from tests.support.clickhouse import Cluster, is_installed
from tests.support.samples import AT, record

_TRACES = {"client_addr": "10.0.0.7", "conversation": "c", "message_id": "m", "trace": "t", "tags": {"a": "b"}}
_ANN = Person("user_id", "it's \\ ann")


def _spend(engine: Engine) -> dict[tuple[str | None, ...], tuple[int, int | None]]:
    found = totals(engine, Scope(), ("user",), lambda *_: [], few=0)
    return {group.key: (group.sums.calls, group.sums.cost_nanousd) for group in found.groups}


def test_a_person_is_in_no_row_and_no_sum_and_all_sums_stay(clickhouse_ledger: Engine) -> None:
    hers, his = (
        record(user_id=name, key_fingerprint="k", cost_nanousd=5, request_hash="5f", **_TRACES)
        for name in (_ANN.value, "bob")
    )
    ClickHouseSink(clickhouse_ledger).write([hers, his], {})
    with clickhouse_ledger.connect() as connection:
        revise(connection, [(one, msgspec.structs.replace(one, cost_nanousd=7)) for one in (hers, his)], AT)
    assert _spend(clickhouse_ledger) == {(_ANN.value,): (1, 7), ("bob",): (1, 7)}
    assert forget(clickhouse_ledger, _ANN) == Forgotten(1, 0)
    assert _spend(clickhouse_ledger) == {(None,): (1, 7), ("bob",): (1, 7)}
    rows = {row["id"]: row for row in queries.all_calls(clickhouse_ledger)}
    assert {rows[hers.id][name] for name in ("user_id", *TRACES)} == {None}
    assert rows[hers.id]["key_fingerprint"] == "k"
    assert {name: rows[his.id][name] for name in _TRACES} == _TRACES
    with connected(clickhouse_ledger) as connection:
        for table in ("calls", "call_changes"):
            where = "user_id != 'bob' OR (isNull(user_id) AND isNotNull(client_addr))"
            assert connection.ask(f"SELECT count() FROM {table} WHERE {where}") == "0\n"
    assert forget(clickhouse_ledger, _ANN) == Forgotten(0, 0)


def test_a_key_is_removed_from_the_calls_of_everyone(clickhouse_ledger: Engine) -> None:
    ClickHouseSink(clickhouse_ledger).write([record(user_id=name, key_fingerprint="k") for name in "ab"], {})
    assert forget(clickhouse_ledger, Person("key_fingerprint", "k")).calls == 2
    assert {row["user_id"] for row in queries.all_calls(clickhouse_ledger)} == {"a", "b"}
    assert {row["key_fingerprint"] for row in queries.all_calls(clickhouse_ledger)} == {None}


@pytest.mark.skipif(not is_installed(with_zookeeper=True), reason="no ClickHouse and ZooKeeper here")
def test_a_person_is_removed_from_every_shard() -> None:
    with Cluster() as cluster, cluster.new_ledger() as engine:
        ClickHouseSink(engine).write([record(user_id=_ANN.value) for _ in range(30)], {})
        assert forget(engine, _ANN).calls == 30
        for place in (0, 1):
            held = cluster.server(place, engine.url.database or "").ask("SELECT DISTINCT user_id FROM calls_local")
            assert held == "\\N\n"
