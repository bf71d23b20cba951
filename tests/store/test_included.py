"""What plans have paid for, from hourly sums and from calls alike."""

from datetime import UTC, datetime, timedelta
from typing import Any

from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store.included import Included, included
from farebox.store.summary import Scope
from sqlalchemy import Engine

from tests.support.samples import record

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def call(minutes: int, nanousd: int | None, plan: str | None = "claude", **values: Any) -> Record:
    at = NOON + timedelta(minutes=minutes)
    given = {"cost_status": "included", "catalogue_cost_nanousd": nanousd, "billing": "plan", "plan": plan}
    return record(**{**given, "started_at": at, **values})


def test_hours_and_edges_are_added_up_by_plan(engine: Engine) -> None:
    rows = [
        call(-1, 1),
        call(30, 2, ratelimit={"utilization_5h_percent": 10, "remaining_requests": 5}),
        call(90, 4, ratelimit={"utilization_5h_percent": 12, "remaining_requests": 4}),
        call(100, None),
        call(130, 8, plan=None, billing="provisioned"),
        call(140, 16, cost_status="priced", cost_nanousd=16, billing="overage"),
        call(200, 32),
    ]
    DatabaseSink(engine).write(rows, {})

    found = included(engine, Scope(NOON, NOON + timedelta(minutes=150)))

    assert found == [
        Included("claude", 3, 1, 6, {"utilization_5h_percent": 12}),
        Included(None, 1, 0, 8, {}),
    ]


def test_conditions_on_any_column_hold(engine: Engine) -> None:
    DatabaseSink(engine).write([call(1, 1, conversation="a"), call(2, 2, conversation="b", model_returned="m")], {})

    assert [one.list_nanousd for one in included(engine, Scope(where=(("conversation", ("b",)),)))] == [2]
    assert [one.list_nanousd for one in included(engine, Scope(where=(("model", ("m",)),)))] == [2]
    assert included(engine, Scope(where=(("provider", ("azure",)),))) == []


def test_an_empty_ledger_has_nothing(engine: Engine) -> None:
    assert included(engine, Scope()) == []
