"""One data folder, one holder."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from farebox.errors import FareboxError
from farebox.home import folder as folder_module
from farebox.home.folder import InUseError, claim, holder

from tests.support.file_calls import FileCalls


def ended_process() -> int:
    """Return the id of a process that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_second_holder_is_refused_and_the_first_one_is_named(tmp_path: Path) -> None:
    with claim(tmp_path, "sidecar"), pytest.raises(FareboxError) as refused, claim(tmp_path, "sidecar"):
        pytest.fail("two hold the folder")

    assert f"{tmp_path} is in use by process {os.getpid()}:" in str(refused.value)
    assert "FAREBOX_HOME" in str(refused.value)


def test_the_folder_is_free_once_its_holder_lets_go(tmp_path: Path) -> None:
    for _ in range(2):
        with claim(tmp_path, "sidecar"):
            assert (tmp_path / "sidecar.lock").read_text() == str(os.getpid())


def test_the_folder_is_free_after_a_fault_of_its_holder(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), claim(tmp_path, "sidecar"):
        raise ZeroDivisionError

    with claim(tmp_path, "sidecar"):
        assert (tmp_path / "sidecar.lock").exists()


def test_roles_do_not_exclude_each_other(tmp_path: Path) -> None:
    with claim(tmp_path, "sidecar"), claim(tmp_path, "recorder"):
        assert {path.name for path in tmp_path.iterdir()} == {"sidecar.lock", "recorder.lock"}


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "a" / "b"

    with claim(home, "sidecar"):
        assert home.stat().st_mode & 0o077 == 0


def test_a_holder_that_is_gone_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "PATIENCE_SECONDS", 0.0)
    gone = ended_process()

    with claim(tmp_path, "sidecar"):
        (tmp_path / "sidecar.lock").write_text(str(gone))
        with pytest.raises(FareboxError, match=f"in use by process {gone}"), claim(tmp_path, "sidecar"):
            pytest.fail("two hold the folder")


def test_who_does_not_wait_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    gone = ended_process()

    with claim(tmp_path, "sidecar"):
        (tmp_path / "sidecar.lock").write_text(str(gone))
        with pytest.raises(InUseError) as refused, claim(tmp_path, "sidecar", waits=False):
            pytest.fail("two hold the folder")

    assert refused.value.holder == str(gone)


def test_a_shorter_process_id_leaves_nothing_of_a_longer_one(tmp_path: Path) -> None:
    (tmp_path / "sidecar.lock").write_text("9" * 30)

    with claim(tmp_path, "sidecar"):
        assert (tmp_path / "sidecar.lock").read_text() == str(os.getpid())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(FareboxError, match=r"file/home cannot be written .*: set FAREBOX_HOME"),
        claim(tmp_path / "file" / "home", "sidecar"),
    ):
        pytest.fail("the folder cannot be there")


def test_the_holder_of_a_role_is_known_while_it_holds_it(tmp_path: Path) -> None:
    assert holder(tmp_path, "sidecar") is None

    with claim(tmp_path, "sidecar"):
        assert holder(tmp_path, "sidecar") == os.getpid()
        assert holder(tmp_path, "recorder") is None

    assert (tmp_path / "sidecar.lock").read_text() == str(os.getpid())
    assert holder(tmp_path, "sidecar") is None


def test_a_holder_that_wrote_no_process_id_is_unknown(tmp_path: Path) -> None:
    with claim(tmp_path, "sidecar"):
        (tmp_path / "sidecar.lock").write_text("no number")
        assert holder(tmp_path, "sidecar") is None
        with pytest.raises(InUseError) as refused, claim(tmp_path, "sidecar", waits=False):
            pytest.fail("two hold the folder")
        (tmp_path / "sidecar.lock").write_text("")
        with pytest.raises(InUseError, match=r"in use by process \?:"), claim(tmp_path, "sidecar", waits=False):
            pytest.fail("two hold the folder")

    assert refused.value.holder == "no number"


def test_a_folder_is_free_as_soon_as_the_processes_of_a_gone_holder_are(tmp_path: Path) -> None:
    gone = ended_process()
    with claim(tmp_path, "sidecar"):
        (tmp_path / "sidecar.lock").write_text(str(gone))
        waiting = threading.Thread(target=lambda: claimed.append(_claims(tmp_path)))
        claimed: list[bool] = []
        waiting.start()
        waiting.join(0.3)
        assert claimed == []

    waiting.join(20)
    assert claimed == [True]


def _claims(folder: Path) -> bool:
    with claim(folder, "sidecar"):
        return True


def test_a_holder_of_another_user_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_pid: int, _signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refused)
    assert folder_module._lives("1")


@pytest.mark.parametrize("holder", ["", "no number", "9" * 32])
def test_what_is_no_process_id_does_not_live(holder: str) -> None:
    assert not folder_module._lives(holder)


def test_the_lock_is_held_before_the_process_id_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sidecar.lock").write_text("1")
    calls = FileCalls(tmp_path, monkeypatch)
    calls.fails_at = 2

    with pytest.raises(FareboxError, match="cannot be written"), claim(tmp_path, "sidecar"):
        pytest.fail("nothing is locked")

    assert calls.seen == ["mkdir .", "open sidecar.lock", "flock sidecar.lock"]
    assert (tmp_path / "sidecar.lock").read_text() == "1"
