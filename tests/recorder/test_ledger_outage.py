"""While the ledger is unavailable: one log line for each reason, a pause that grows, a reason that others can see."""

import logging

import pytest
from farebox.errors import LedgerAwayError
from farebox.recorder import ledger_outage as module
from farebox.recorder.ledger_outage import LedgerOutage

LOCKED, REFUSED = LedgerAwayError("database is locked"), LedgerAwayError("connection refused")


def test_each_reason_is_logged_once_and_the_end_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    outage = LedgerOutage(lambda: None)

    for error in (LOCKED, LOCKED, REFUSED):
        outage.go_on(error)
    assert outage.trouble == "connection refused"
    outage.end()
    outage.end()

    assert outage.trouble is None
    assert [record.getMessage().partition(";")[0] for record in caplog.records] == [
        str(LOCKED),
        str(REFUSED),
        "the ledger is back: calls that wait are recorded",
    ]


def test_the_pause_doubles_to_its_limit_and_ends_with_the_outage() -> None:
    outage = LedgerOutage(lambda: None)
    pauses = [outage.pause]

    for _ in range(7):
        outage.go_on(LOCKED)
        pauses.append(outage.pause)
    outage.end()

    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert outage.pause == 0.1


def test_each_failure_reconnects_with_its_reason_known() -> None:
    seen: list[str | None] = []
    outage = LedgerOutage(lambda: seen.append(outage.trouble))

    outage.go_on(LOCKED)
    outage.go_on(REFUSED)

    assert seen == ["database is locked", "connection refused"]


def test_a_long_attempt_is_trouble_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    outage = LedgerOutage(lambda: None)

    with outage.attempt():
        assert outage.trouble is None
        monkeypatch.setattr(module, "SILENT_SECONDS", -1.0)
        assert outage.trouble == "no answer for 0 s"
    assert outage.trouble is None


def test_an_attempt_that_fails_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENT_SECONDS", -1.0)
    outage = LedgerOutage(lambda: None)

    with pytest.raises(LedgerAwayError), outage.attempt():
        raise LOCKED

    assert outage.trouble is None
