"""The label sets that the hourly sums have."""

from datetime import timedelta

from farebox.sinks.database import DatabaseSink
from farebox.store.label_sets import label_sets
from sqlalchemy import Engine

from tests.support.samples import AT, record


def test_label_sets_are_those_of_calls_since_then_the_most_frequent_first(engine: Engine) -> None:
    old = record(started_at=AT - timedelta(days=40), model_requested="old")
    rare = record(model_requested="o3", status=429, outcome="http_error", cost_status="none", operation="chat")
    usual = [record(model_requested="gpt-4o", model_returned="gpt-4o-1", status=200, cost_nanousd=1) for _ in range(3)]
    DatabaseSink(engine).write([old, rare, *usual, record(model_requested="gpt-4o-1", status=200)], {})

    found = label_sets(engine, AT - timedelta(days=30))

    assert [(one.provider, one.model, one.operation, one.outcome, one.status, one.cost_status) for one in found] == [
        ("openai", "gpt-4o-1", None, "ok", 200, "priced"),
        ("openai", "o3", "chat", "http_error", 429, "none"),
    ]
    assert [one.known["cost_nanousd"] for one in found] == [3, 0]


def test_an_empty_ledger_has_no_label_sets(engine: Engine) -> None:
    assert label_sets(engine, AT) == []
