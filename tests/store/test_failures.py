"""Failed calls by model and error."""

from farebox.sinks.database import DatabaseSink
from farebox.store.failures import failures
from farebox.store.sums import Failure, Scope
from sqlalchemy import Engine

from tests.support.samples import record


def test_failed_calls_are_counted_by_the_error_that_the_provider_named(engine: Engine) -> None:
    failed = {"provider": "openai", "model_returned": "m", "outcome": "http_error"}
    rows = [
        record(**failed, error_code="model_not_found"),
        record(**failed, error_type="rate_limit"),
        record(**failed, error_type="rate_limit"),
        record(provider="openai", model_returned="m", outcome="network_error"),
        record(provider="openai", model_returned="m", outcome="ok"),
    ]
    DatabaseSink(engine).write(rows, {})

    with engine.connect() as connection:
        found = failures(connection, Scope())

    assert found[0] == Failure("openai", "m", "rate_limit", 2)
    assert {(one.error, one.calls) for one in found[1:]} == {("model_not_found", 1), ("network_error", 1)}
