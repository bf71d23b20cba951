"""What `farebox up` prints on a terminal: calls as they end, what a stop waits for, and the total."""

import io
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from farebox.cli.session import Session, total_line
from farebox.config.settings import Settings
from farebox.recorder.health import Health
from farebox.recorder.http import serve
from farebox.sinks.database import DatabaseSink
from farebox.store.sums import Sums
from farebox.supervisor.supervisor import Started
from prometheus_client import CollectorRegistry

from tests.support.ledgers import new_ledger
from tests.support.samples import record


class Terminal(io.StringIO):
    """A terminal that notes when a call is printed on it."""

    def __init__(self) -> None:
        super().__init__()
        self.printed = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        written = super().write(text)
        if "gpt-4o" in self.getvalue():
            self.printed.set()
        return written


@pytest.mark.parametrize(
    ("sums", "said"),
    [
        (Sums(0, 0, 0, 0, None, None, None, None, None), "farebox: stopped; no call was recorded"),
        (Sums(2, 0, 0, 0, 1_200, None, None, 300, 8_000_000), "2 calls, 1,200 tokens in, 300 out, $0.00800"),
        (Sums(2, 0, 1, 0, 1_200, None, None, 300, 8_000_000), "300 out, $0.00800+, 1 call without a price"),
        (Sums(2, 0, 2, 0, 1_200, None, None, 300, None), "300 out, 2 calls without a price"),
        (Sums(1, 1, 0, 0, None, None, None, None, None), "nothing billed"),
    ],
)
def test_the_total_counts_calls_without_a_price(sums: Sums, said: str) -> None:
    assert total_line(sums).endswith(said)


def test_calls_of_the_session_are_printed_as_they_end_and_then_their_total(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    settings = Settings(ledger=f"sqlite:///{tmp_path / 'ledger.db'}", sidecar="here", timezone="UTC")
    with new_ledger(tmp_path / "ledger.db") as engine:
        session = Session(settings, is_quiet=False)
        with session.open():
            session.begin()
            row = record(started_at=datetime.now(UTC), sidecar="here", model_returned="gpt-4o", cost_nanousd=5_000_000)
            DatabaseSink(engine).write([row], {})
            assert terminal.printed.wait(30)

    assert terminal.getvalue().splitlines()[-1].startswith("farebox: stopped; 1 call, ")


@pytest.mark.parametrize("is_quiet", [True, False])
def test_nothing_is_printed_if_it_is_quiet_or_piped(
    is_quiet: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_quiet:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    session = Session(Settings(ledger=f"sqlite:///{tmp_path / 'none.db'}"), is_quiet=is_quiet)

    with session.open():
        session.begin()

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("inflight", "said"),
    [
        (0, ""),
        (1, "farebox: stopping: 1 call under way gets up to 8 s to end; Ctrl-C again cuts them\n"),
        (3, "farebox: stopping: 3 calls under way get up to 8 s to end; Ctrl-C again cuts them\n"),
    ],
)
def test_a_stop_says_what_it_waits_for(inflight: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    server = serve(("127.0.0.1", 0), CollectorRegistry(), lambda: Health(1, 0, None, inflight=inflight))
    try:
        Session(Settings(), is_quiet=True).stop(Started([], f"http://127.0.0.1:{server.server_port}"))
    finally:
        server.shutdown()
        server.server_close()

    assert terminal.getvalue() == said
