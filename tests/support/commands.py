"""`farebox` commands run in this process, for tests."""

import io
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from farebox.cli import main


class Done(NamedTuple):
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str


def farebox(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str, home: Path, columns: int = 180
) -> Done:
    """Run `farebox ARGUMENTS` with the data folder `home` on a terminal of so many `columns`."""
    given = {"FAREBOX_HOME": str(home), "FAREBOX_TIMEZONE": "Europe/Berlin", "COLUMNS": str(columns)}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["farebox", *arguments])
    monkeypatch.setattr("os.umask", lambda _mask: 0)
    monkeypatch.chdir(home.parent)
    code = 0
    try:
        main.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOBase):
            stream.flush()
    out, err = capfd.readouterr()
    return Done(code, out, err)
