"""Calls that count twice because both sides of a gateway are metered are named."""

from datetime import timedelta
from pathlib import Path

from farebox.config.settings import Settings
from farebox.doctor import gateways
from farebox.doctor.finding import OK
from farebox.sinks.database import DatabaseSink

from tests.support.findings import levels, only
from tests.support.ledgers import new_ledger
from tests.support.samples import AT, record


def test_a_call_on_both_sides_of_a_gateway_is_named(settings: Settings, home: Path) -> None:
    home.mkdir()
    with new_ledger(home / "ledger.db") as engine:
        rows = [
            record(host="litellm:4000", response_id="a"),
            record(response_id="a", started_at=AT + timedelta(seconds=1)),
        ]
        DatabaseSink(engine).write(rows, {})

    found = only(gateways.check(settings, AT + timedelta(hours=2)))

    assert found.message == (
        "1 call to litellm:4000 since yesterday also passed farebox behind that gateway: they count twice"
    )
    assert "gateway_calls: leave_out" in (found.fix or "")
    assert levels(gateways.check(settings, AT + timedelta(days=3))) == [
        (OK, "no call of the last day is metered on both sides of a gateway")
    ]


def test_a_ledger_that_is_not_there_is_the_finding_of_another_check(settings: Settings) -> None:
    assert list(gateways.check(settings)) == []
