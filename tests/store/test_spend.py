"""Spend by hour and by call."""

from datetime import timedelta

from farebox.sinks.database import DatabaseSink
from farebox.store.snapshot import snapshot
from farebox.store.spend import SCOPES, by_call, by_hour, first_hour, revisions
from sqlalchemy import Engine

from tests.support.samples import AT, record

HOUR = AT.replace(minute=0, second=0, microsecond=0)
NAMES = {"provider": "openai", "model": "gpt-4o", "user": "ann"}


def test_spend_has_the_names_of_every_scope_and_skips_unknown_costs(engine: Engine) -> None:
    told = {"model_requested": "gpt-4o", "user_id": "ann"}
    rows = [record(cost_nanousd=7, **told), record(cost_nanousd=0, **told), record(cost_status="unpriced", **told)]
    DatabaseSink(engine).write(rows, {})

    with snapshot(engine) as connection:
        hours = list(by_hour(connection, HOUR, HOUR + timedelta(hours=1)))
        each = list(by_call(connection, HOUR))
        first = first_hour(connection)

    names = tuple(NAMES.get(scope) for scope in SCOPES)
    assert hours == [(HOUR, names, 7, 2)]
    assert sorted(each) == [(AT, names, 0, 1), (AT, names, 7, 1)]
    assert first == HOUR


def test_each_write_changes_the_number_of_its_hour_alone(engine: Engine) -> None:
    DatabaseSink(engine).write([record(), record(started_at=AT - timedelta(hours=5))], {})
    with snapshot(engine) as connection:
        before = revisions(connection, HOUR - timedelta(days=1))

    DatabaseSink(engine).write([record(sidecar="a"), record(sidecar="b"), record()], {})

    with snapshot(engine) as connection:
        after = revisions(connection, HOUR - timedelta(days=1))
    assert before.keys() == after.keys() == {HOUR, HOUR - timedelta(hours=5)}
    assert after[HOUR - timedelta(hours=5)] == before[HOUR - timedelta(hours=5)]
    assert after[HOUR] == before[HOUR] + 3


def test_an_empty_ledger_has_no_first_hour(engine: Engine) -> None:
    with snapshot(engine) as connection:
        assert first_hour(connection) is None
