"""Fixtures: commands on a ledger of three calls."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from farebox.sinks.database import DatabaseSink
from sqlalchemy import Engine

from tests.support.commands import Done, farebox
from tests.support.samples import record

Command = Callable[..., Done]
NOW = datetime.now(UTC)
ROWS = [
    record(
        id="0190aaaa-0000-7000-8000-000000000001",
        started_at=NOW - timedelta(hours=1),
        model_returned="gpt-4o",
        status=200,
        input_tokens=1_000,
        cache_read_tokens=800,
        output_tokens=200,
        cost_nanousd=3_500_001,
        duration_ms=900,
        response_id="chatcmpl-1",
        user_id="u1",
    ),
    record(
        id="0190aaaa-0000-7000-8000-000000000002",
        started_at=NOW - timedelta(hours=2),
        model_requested="gpt-9",
        status=200,
        input_tokens=5,
        output_tokens=7,
        cost_status="unpriced",
        cost_reasons=["unknown_model"],
    ),
    record(
        id="0190bbbb-0000-7000-8000-000000000003",
        started_at=NOW - timedelta(days=40),
        provider="anthropic",
        model_returned="claude-sonnet-4-5",
        cost_nanousd=1_000_000_007,
        status=200,
        outcome="client_abort",
        cost_status="partial",
    ),
]


@pytest.fixture
def home(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder; its ledger, on each of the databases, has ROWS."""
    home = tmp_path / "home"
    home.mkdir()
    DatabaseSink(engine).write(ROWS, {})
    monkeypatch.setenv("FAREBOX_LEDGER", engine.url.render_as_string(hide_password=False))
    return home


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path) -> Command:
    """Run `farebox` with the data folder `home`."""
    return lambda *arguments: farebox(capfd, monkeypatch, *arguments, home=home)
