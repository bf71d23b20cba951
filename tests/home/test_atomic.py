"""Files are whole at any time, wherever the disk fails."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.home.atomic import create, replacing, sync_folder, write

from tests.support.file_calls import FileCalls

PART = f"file.{os.getpid()}.part"


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_gets_its_new_content_and_nothing_else_is_left(tmp_path: Path) -> None:
    write(tmp_path / "file", b"old")
    write(tmp_path / "file", b"new")

    assert content_of(tmp_path) == {"file": b"new"}


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o444])
def test_a_file_has_the_permissions_that_are_asked_for_whatever_the_umask_is(tmp_path: Path, mode: int) -> None:
    umask = os.umask(0o027)
    try:
        write(tmp_path / "file", b"content", mode=mode)
        write(tmp_path / "plain", b"content")
    finally:
        os.umask(umask)

    assert (tmp_path / "file").stat().st_mode & 0o777 == mode
    assert (tmp_path / "plain").stat().st_mode & 0o777 == 0o640


def test_a_part_that_a_killed_process_left_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(b"a longer text than the next")
    (tmp_path / "file.part").chmod(0o400)

    write(tmp_path / "file", b"new", mode=0o600)

    assert content_of(tmp_path) == {"file": b"new"}
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_content_is_flushed_before_the_file_takes_its_name_and_the_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = FileCalls(tmp_path, monkeypatch)

    write(tmp_path / "file", b"new", syncs=True)

    assert [call for call in calls.seen if not call.startswith(("open", "unlink"))] == [
        "fsync file.part",
        "replace file.part file",
        "fsync .",
    ]


def test_nothing_is_flushed_unless_that_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = FileCalls(tmp_path, monkeypatch)

    write(tmp_path / "file", b"new")

    assert [call for call in calls.seen if call.startswith("fsync")] == []


def test_several_processes_write_parts_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = FileCalls(tmp_path, monkeypatch)

    write(tmp_path / "file", b"new", several=True)

    assert f"replace {PART} file" in calls.seen


@pytest.mark.parametrize("put", [write, create], ids=["write", "create"])
def test_wherever_the_disk_fails_the_file_is_the_old_or_the_new_one(
    put: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"mode": 0o600} if put is create else {"syncs": True}
    calls = FileCalls(tmp_path, monkeypatch)
    put(tmp_path / "file", b"first", **options)
    number = len(calls.seen)
    allowed = [{}, {"file": b"new"}] if put is create else [{"file": b"old"}, {"file": b"new"}]
    failures = 0

    for fails_at in range(number):
        calls.fails_at = None
        for path in tmp_path.iterdir():
            path.unlink()
        if put is write:
            (tmp_path / "file").write_bytes(b"old")
        calls.seen.clear()
        calls.fails_at = fails_at
        try:
            put(tmp_path / "file", b"new", **options)
        except OSError:
            failures += 1
        # A disk that takes nothing away keeps the part, which is in nobody's way.
        assert {name: content for name, content in content_of(tmp_path).items() if name == "file"} in allowed

    assert failures == number


def test_after_an_error_the_old_file_is_there_without_a_part(tmp_path: Path) -> None:
    write(tmp_path / "file", b"old")

    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "file") as part:
        part.write_bytes(b"half of")
        raise KeyboardInterrupt

    assert content_of(tmp_path) == {"file": b"old"}


def test_a_part_that_was_never_written_is_an_error_and_the_old_file_stays(tmp_path: Path) -> None:
    write(tmp_path / "file", b"old")

    with pytest.raises(FileNotFoundError), replacing(tmp_path / "file"):
        pass

    assert content_of(tmp_path) == {"file": b"old"}


def test_a_created_file_is_flushed_before_it_takes_its_name_and_the_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = FileCalls(tmp_path, monkeypatch)

    create(tmp_path / "file", b"content", mode=0o600)

    assert [call for call in calls.seen if not call.startswith("open")] == [
        f"unlink {PART}",
        f"fsync {PART}",
        f"link {PART} file",
        f"unlink {PART}",
        "fsync .",
    ]
    assert content_of(tmp_path) == {"file": b"content"}
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_not_created_again(tmp_path: Path) -> None:
    create(tmp_path / "file", b"first", mode=0o600)
    create(tmp_path / "file", b"second", mode=0o600)

    assert content_of(tmp_path) == {"file": b"first"}


def test_a_folder_that_is_gone_cannot_be_flushed(tmp_path: Path) -> None:
    sync_folder(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "gone")
