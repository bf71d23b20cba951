"""What a running sidecar leaves for commands."""

from pathlib import Path

import pytest
from farebox.home.folder import claim
from farebox.home.running import FILE, Running, announce, running

SIDECAR = Running(
    ledger="postgresql://me:***@db/f", metrics_host="127.0.0.1", metrics_port=9464, host="127.0.0.1", port=8080
)


def test_commands_find_it_while_it_runs(tmp_path: Path) -> None:
    with claim(tmp_path, "sidecar"):
        announce(tmp_path, SIDECAR)
        found = running(tmp_path)

    assert (found, running(tmp_path)) == (SIDECAR, None)
    assert (tmp_path / FILE).stat().st_mode & 0o77 == 0


def test_a_ledger_file_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with claim(tmp_path, "sidecar"):
        announce(tmp_path, Running(ledger="sqlite:///mine.db", metrics_host="127.0.0.1", metrics_port=1))
        found = running(tmp_path)

    assert found is not None
    assert found.ledger == f"sqlite:///{tmp_path / 'mine.db'}"


def test_a_file_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    with claim(tmp_path, "sidecar"):
        (tmp_path / FILE).write_text("{")

        assert running(tmp_path) is None
