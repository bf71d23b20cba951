"""The bill of a run, from the ledger."""

from pathlib import Path

from farebox.recorder.run_bill import bill_of
from farebox.sinks.database import DatabaseSink
from farebox.store.engine import open_engine
from farebox.store.run_bill import Bill
from sqlalchemy import Engine

from tests.support.samples import record

UNPRICED = {"cost_status": "unpriced", "cost_reasons": ["unknown_model"]}


def test_a_bill_has_the_calls_of_its_run_alone_the_dearest_first(engine: Engine) -> None:
    mine = {"sidecar": "host/run-1"}
    rows = [
        record(**mine, provider="groq", model_returned="llama", cost_nanousd=5),
        record(**mine, provider="openai", model_returned="gpt-4o", cost_nanousd=7),
        record(**mine, provider="groq", model_returned="llama", cost_nanousd=None, **UNPRICED),
        record(**mine, provider="openai", model_requested="gpt-9", outcome="http_error", error_code="model_not_found"),
        record(sidecar="host", provider="openai", model_returned="gpt-4o", cost_nanousd=1_000),
    ]
    DatabaseSink(engine).write(rows, {})

    bill = bill_of(engine, "host/run-1")

    assert isinstance(bill, Bill)
    assert ([group.key for group in bill.groups], bill.total.cost_nanousd) == (
        [("openai", "gpt-4o"), ("groq", "llama"), ("openai", "gpt-9")],
        12,
    )
    assert [(doubt.status, doubt.reasons, doubt.calls) for doubt in bill.doubts] == [
        ("unpriced", ("unknown_model",), 1)
    ]
    assert [(failed.model, failed.error, failed.calls) for failed in bill.failures] == [("gpt-9", "model_not_found", 1)]


def test_a_ledger_that_is_away_is_the_reason_for_no_bill(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'ledger.db'}")

    assert "farebox migrate" in str(bill_of(engine, "host/run-1"))
    engine.dispose()
