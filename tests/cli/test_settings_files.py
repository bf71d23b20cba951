"""Commands print the files of settings that they read; a foreign folder's file runs nothing."""

from pathlib import Path

import pytest
from farebox.cli.settings_files import announce

from tests.support.commands import farebox


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, of a user without a file of settings."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("FAREBOX_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_files_are_printed_in_their_order(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    own = folder / "config" / "farebox" / "farebox.yaml"
    announce(None)
    own.parent.mkdir(parents=True)
    own.touch()
    (folder / "farebox.yaml").touch()
    announce(None)
    announce(Path("other.yaml"))

    assert capfd.readouterr().err == (
        f"farebox: settings from {own}, then {folder / 'farebox.yaml'}\n"
        f"farebox: settings from {folder / 'other.yaml'}\n"
    )


@pytest.mark.parametrize("command", [("up",), ("run", "--", "touch", "ran")], ids=["up", "run"])
@pytest.mark.parametrize("key", ["script: [evil.py]", "set: [scripts=evil.py]", "intercept: {all: true}", "ca: evil"])
def test_a_foreign_folder_s_file_runs_nothing(
    command: tuple[str, ...],
    key: str,
    folder: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder / "evil.py").write_text("open('ran', 'w')\n")
    (folder / "farebox.yaml").write_text(f"{key}\n")

    done = farebox(capfd, monkeypatch, *command, home=folder / "home")

    assert (done.code, done.out) == (1, "")
    assert f"farebox: farebox.yaml:1: {key.partition(':')[0]}: " in done.err
    assert not (folder / "ran").exists()
