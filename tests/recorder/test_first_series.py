"""Series that exist before the first call of a recorder."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from farebox.errors import LedgerAwayError
from farebox.recorder.first_series import SeriesFirst
from farebox.sinks.database import DatabaseSink
from farebox.sinks.metrics import MetricsSink
from farebox.spool.reader import SpoolReader
from farebox.store.label_sets import LabelSet
from prometheus_client import CollectorRegistry

from tests.support.recorders import Environment
from tests.support.samples import record

CALLS = {"provider": "openai", "model": "gpt-4o", "operation": "chat"}


def open_spool() -> SpoolReader:
    raise LedgerAwayError("away")


def test_a_later_recorder_starts_with_the_series_of_the_earlier_one(env_on_each: Environment) -> None:
    registry, engine = CollectorRegistry(), env_on_each.engine
    row = record(started_at=datetime.now(UTC), model_requested="gpt-4o", operation="chat", status=200)
    DatabaseSink(engine).write([row], {})

    first = SeriesFirst(lambda: SpoolReader(env_on_each.home, {}), MetricsSink(registry, lambda *_: True), engine)
    first()

    assert registry.get_sample_value("farebox_calls_total", {**CALLS, "outcome": "ok", "status": "200"}) == 0
    assert registry.get_sample_value("farebox_calls_total", {**CALLS, "outcome": "http_error", "status": "401"}) == 0


def test_a_ledger_that_is_away_is_tried_again(env: Environment) -> None:
    with pytest.raises(LedgerAwayError):
        SeriesFirst(open_spool, MetricsSink(CollectorRegistry(), lambda *_: True), env.engine)()


def test_a_fault_keeps_nothing_from_being_recorded(env: Environment, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(MetricsSink):
        def expect(self, found: Sequence[LabelSet]) -> None:  # type: ignore[override]
            raise ValueError("secret")

    spool = SeriesFirst(lambda: SpoolReader(env.home, {}), Broken(CollectorRegistry(), lambda *_: True), env.engine)()

    assert isinstance(spool, SpoolReader)
    assert [line.getMessage() for line in caplog.records] == ["series of earlier calls don't start at 0 (ValueError)"]
