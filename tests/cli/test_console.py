"""The console is as wide as a terminal; piped output is wide, plain and never cut."""

import io
import sys

import pytest
from farebox.cli.console import console, print_line
from rich.text import Text


@pytest.mark.parametrize(("columns", "width"), [(None, 160), ("", 160), ("72", 72)])
def test_piped_output_is_160_wide_unless_columns_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, columns: str | None, width: int
) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)

    assert console().width == width


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_its_own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.delenv("COLUMNS", raising=False)

    assert console(stderr=True).width != 160


def test_stdout_and_stderr_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)

    console().print("bill 1")
    console(stderr=True).print("note 2")

    assert (out.getvalue(), err.getvalue()) == ("bill 1\n", "note 2\n")


def test_a_line_that_is_too_long_is_cut_and_stays_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("COLUMNS", "20")

    print_line(console(), Text("a call with a very long line"))

    assert out.getvalue() == "a call with a very …\n"
