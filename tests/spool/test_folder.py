"""A worker's folder: when it is locked, flushed and cut, on disks that fail at any of these steps."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest
from farebox.home import lockfile
from farebox.spool import folder as folder_module
from farebox.spool.folder import WorkerFolder
from farebox.spool.frames import MARK, frame
from farebox.spool.reader import SpoolReader

from tests.spool.conftest import NewWriter
from tests.support.file_calls import FileCalls
from tests.support.spools import segments

FRAMES = [frame(b"one"), frame(b"two")]
SMALL_FILES = """
import json, resource, sys
from pathlib import Path
from farebox.spool.writer import SpoolWriter

limit = int(sys.argv[2])
spool = SpoolWriter(Path(sys.argv[1]), "worker")
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
written = [spool.append(b"%d" % number * 20) for number in range(8)]
kept = spool.kept
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
spool.flush(now=True)
print(json.dumps({"written": written, "kept": kept, "kept_after": spool.kept, "dropped": spool.dropped}))
spool.close()
"""


def test_only_the_owner_can_read_the_spool(root: Path, new_writer: NewWriter) -> None:
    new_writer().append(b"one")

    modes = {path: path.stat().st_mode & 0o077 for path in (root).rglob("*")}

    assert len(modes) == 3
    assert set(modes.values()) == {0}


@pytest.mark.parametrize("limit", [3, 8, 40, 77, 100], ids=lambda limit: f"{limit} bytes a file")
def test_a_full_disk_loses_nothing(root: Path, limit: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SMALL_FILES, str(root), str(limit)],
        capture_output=True,
        check=True,
        timeout=30,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    result = json.loads(done.stdout)

    assert result["kept"] == result["written"].count(False) > 0
    assert (result["kept_after"], result["dropped"]) == (0, 0)
    assert list(chain(*segments(root))) == [b"%d" % number * 20 for number in range(8)]


@pytest.mark.parametrize("content", [b"", MARK[:3], MARK], ids=lambda content: f"{len(content)} bytes of its mark")
def test_a_segment_that_could_be_neither_begun_nor_removed_is_not_in_the_way(
    root: Path, new_writer: NewWriter, content: bytes
) -> None:
    spool = new_writer()
    (root / "worker" / "00000001.seg").write_bytes(content)

    spool.append(b"one")
    spool.flush(now=True)
    spool.append(b"two")

    assert (spool.kept, spool.dropped) == (0, 0)
    assert SpoolReader(root, {}).read(100).messages == [b"one", b"two"]


def test_the_folder_is_locked_before_it_has_its_name(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = FileCalls(root.parent, monkeypatch)

    WorkerFolder(root, "worker", syncs=False).claim()

    assert [call for call in calls.seen if not call.startswith("mkdir")] == [
        "open spool/.worker/lock",
        "flock spool/.worker/lock",
        "rename spool/.worker spool/worker",
    ]


def test_a_folder_is_claimed_once_and_held_until_it_is_released(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = WorkerFolder(root, "worker", syncs=False)
    folder.claim()
    calls = FileCalls(root.parent, monkeypatch)

    folder.claim()
    assert calls.seen == []
    assert lockfile.is_held(root / "worker" / "lock")

    folder.release()
    assert not lockfile.is_held(root / "worker" / "lock")
    folder.release()


def test_names_and_data_are_flushed_in_the_order_that_a_power_cut_needs(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = FileCalls(root.parent, monkeypatch)
    folder = WorkerFolder(root, "worker", syncs=True)

    folder.append(FRAMES[:1])
    folder.append(FRAMES[1:])

    # The folder's name before the first segment; the segment's mark and name before the first frame.
    assert [call for call in calls.seen if not call.startswith(("open", "mkdir"))] == [
        "flock spool/.worker/lock",
        "rename spool/.worker spool/worker",
        "fsync spool",
        "fsync .",
        "write spool/worker/00000001.seg",
        "fdatasync spool/worker/00000001.seg",
        "fsync spool/worker",
        "write spool/worker/00000001.seg",
        "fdatasync spool/worker/00000001.seg",
        "write spool/worker/00000001.seg",
        "fdatasync spool/worker/00000001.seg",
    ]


def test_nothing_is_flushed_unless_that_is_asked_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = FileCalls(root.parent, monkeypatch)

    WorkerFolder(root, "worker", syncs=False).append(FRAMES)

    assert [call for call in calls.seen if "sync" in call] == []


@pytest.mark.parametrize("syncs", [False, True])
def test_wherever_the_disk_fails_the_next_try_leaves_every_frame_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, syncs: bool
) -> None:
    calls = FileCalls(tmp_path, monkeypatch)
    WorkerFolder(tmp_path / "counted", "worker", syncs=syncs).append(FRAMES)
    number = len(calls.seen)

    for fails_at in range(number):
        root = tmp_path / f"spool{fails_at}"
        folder = WorkerFolder(root, "worker", syncs=syncs)
        calls.seen.clear()
        calls.fails_at = fails_at
        with pytest.raises(OSError, match="Input/output error"):
            folder.append(FRAMES)
        calls.fails_at = None

        assert folder.append(FRAMES) == 2
        folder.release()
        # A disk that neither flushed nor cut a write may keep it: a call can then count twice, and none is lost.
        messages = SpoolReader(root, {}).read(100).messages
        assert messages[-2:] == [b"one", b"two"]
        assert messages == [b"one", b"two"] or (syncs and fails_at == number - 1)


def test_a_write_that_was_not_flushed_is_cut_off_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = WorkerFolder(root, "worker", syncs=True)
    folder.append(FRAMES[:1])
    monkeypatch.setattr(folder_module, "_flush", _refusing(errno.EIO))

    with pytest.raises(OSError, match="Input/output error"):
        folder.append(FRAMES[1:])

    assert segments(root) == [[b"one"]]
    assert folder.size == 0


@pytest.mark.parametrize(
    ("number", "continues"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EIO, False), (errno.EROFS, False)]
)
def test_a_segment_is_continued_only_if_the_disk_was_merely_full(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int, continues: bool
) -> None:
    folder = WorkerFolder(root, "worker", syncs=True)
    folder.append(FRAMES[:1])
    with monkeypatch.context() as failing:
        failing.setattr(folder_module, "_flush", _refusing(number))
        with pytest.raises(OSError, match=os.strerror(number)):
            folder.append(FRAMES[1:])

    folder.append(FRAMES[1:])

    assert segments(root) == ([[b"one", b"two"]] if continues else [[b"one"], [b"two"]])


def test_a_segment_that_cannot_be_cut_is_not_continued(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = WorkerFolder(root, "worker", syncs=True)
    folder.append(FRAMES[:1])
    with monkeypatch.context() as failing:
        failing.setattr(folder_module, "_flush", _refusing(errno.ENOSPC))
        failing.setattr(os, "ftruncate", _refusing(errno.EIO))
        with pytest.raises(OSError, match="No space"):
            folder.append(FRAMES[1:])

    folder.append([frame(b"three")])

    assert segments(root) == [[b"one", b"two"], [b"three"]]


def test_a_segment_that_cannot_be_begun_is_removed_and_the_next_one_has_another_number(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = WorkerFolder(root, "worker", syncs=True)
    with monkeypatch.context() as failing:
        failing.setattr(folder_module, "_flush", _refusing(errno.ENOSPC))
        for _ in range(2):
            with pytest.raises(OSError, match="No space"):
                folder.append(FRAMES)
            assert list((root / "worker").glob("*.seg")) == []

    folder.append(FRAMES)

    assert [path.name for path in (root / "worker").glob("*.seg")] == ["00000003.seg"]


@pytest.mark.parametrize(
    ("written", "whole"),
    [(0, 0), (1, 0), (len(FRAMES[0]) - 1, 0), (len(FRAMES[0]), 1), (len(FRAMES[0]) + 1, 1), (len(b"".join(FRAMES)), 2)],
)
def test_frames_that_the_disk_had_no_room_for_are_cut_off(
    root: Path, monkeypatch: pytest.MonkeyPatch, written: int, whole: int
) -> None:
    folder = WorkerFolder(root, "worker", syncs=False)
    folder.append([frame(b"first")])
    write = os.write
    with monkeypatch.context() as short:
        short.setattr(os, "write", lambda file, data: write(file, data[:written]))
        assert folder.append(FRAMES) == whole

    assert segments(root) == [[b"first", b"one", b"two"][: 1 + whole]]
    assert folder.size == (root / "worker" / "00000001.seg").stat().st_size


def test_an_ended_segment_is_followed_by_another(root: Path) -> None:
    folder = WorkerFolder(root, "worker", syncs=False)
    folder.append(FRAMES[:1])
    assert folder.size == len(MARK) + len(FRAMES[0])

    folder.end_segment()
    folder.end_segment()
    assert folder.size == 0
    folder.append(FRAMES[1:])

    assert segments(root) == [[b"one"], [b"two"]]


def _refusing(number: int) -> Callable[..., None]:
    def refuse(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    return refuse
