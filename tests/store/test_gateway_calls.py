"""Gateways whose calls are metered behind them too are found by the ids of responses."""

from datetime import timedelta

from farebox.sinks.database import DatabaseSink
from farebox.store.gateway_calls import Doubled, doubled
from farebox.store.snapshot import snapshot
from sqlalchemy import Engine

from tests.support.samples import AT, record

LATER = AT + timedelta(seconds=1)


def test_calls_at_two_hosts_with_one_response_id_are_doubled(engine: Engine) -> None:
    rows = [
        *(record(host="litellm:4000", response_id=name) for name in ("a", "b", "c")),
        *(record(response_id=name, started_at=LATER) for name in ("a", "b")),
        record(host="portkey:8787", response_id="d", operation="relayed"),
        record(response_id="d", started_at=LATER),
        record(response_id="e"),
        record(response_id="e", started_at=LATER),
        record(host="litellm:4000", response_id=None),
    ]
    DatabaseSink(engine).write(rows, {})

    with snapshot(engine) as connection:
        assert doubled(connection, AT) == [Doubled("litellm:4000", 2)]
        assert doubled(connection, LATER + timedelta(hours=1)) == []
