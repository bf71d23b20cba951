"""`python -m dashboards`."""

import subprocess
import sys
from pathlib import Path

import pytest

from dashboards import __main__ as generator
from tests.support.paths import ROOT


def test_the_generated_boards_are_those_of_the_source() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dashboards", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_a_stale_board_fails_the_check_and_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generator, "GENERATED", tmp_path)
    monkeypatch.setattr(sys, "argv", ["dashboards", "--check"])

    assert generator.main() == 1
    assert "farebox-spend.json is stale: run `make dashboards`" in capsys.readouterr().err

    monkeypatch.setattr(sys, "argv", ["dashboards"])
    assert generator.main() == 0
    monkeypatch.setattr(sys, "argv", ["dashboards", "--check"])
    assert generator.main() == 0
