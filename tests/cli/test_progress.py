"""Progress is shown on a terminal, after a while, and nowhere else."""

import io
import sys
import threading

import pytest
from farebox.cli.progress import progress


class Terminal(io.StringIO):
    """A terminal that notes when something is printed on it."""

    def __init__(self) -> None:
        super().__init__()
        self.printed = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        written = super().write(text)
        if "Calls priced" in text:
            self.printed.set()
        return written


def test_long_work_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    with progress("Calls priced", 10, seconds=0) as advance:
        advance(5)
        assert terminal.printed.wait(30)


def test_quick_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    with progress("Calls priced", seconds=3600) as advance:
        advance(5)

    assert "Calls priced" not in terminal.getvalue()


def test_nothing_is_shown_without_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with progress("Calls priced", seconds=0) as advance:
        advance(5)

    assert capfd.readouterr() == ("", "")
