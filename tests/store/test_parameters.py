"""Parameters are read from the calls of a period."""

from datetime import timedelta
from pathlib import Path

from farebox.sinks.database import DatabaseSink
from farebox.store.parameters import parameters
from farebox.store.summary import Scope

from tests.support.ledgers import new_ledger
from tests.support.samples import AT, reading, record_of


def test_parameters_and_named_errors_of_a_period_are_read(tmp_path: Path) -> None:
    refused = reading(params={"user": True}, status=422, outcome="http_error", error_param="user")
    with new_ledger(tmp_path / "ledger.db") as engine:
        DatabaseSink(engine).write([record_of(refused)], {})

        [row] = parameters(engine, Scope(AT - timedelta(hours=1)))
        later = list(parameters(engine, Scope(AT + timedelta(hours=1))))

    assert (row["params"], row["status"], row["error_param"]) == ({"user": True}, 422, "user")
    assert later == []
