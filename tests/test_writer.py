"""The worker's end of the spool, on disks that fail."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest
from farebox.spool import writer as writer_module
from farebox.spool.frames import MARK, MESSAGE_LIMIT, frame, frames
from farebox.spool.writer import SpoolWriter

NewWriter = Callable[[], SpoolWriter]
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


@pytest.fixture
def new_writer(tmp_path: Path) -> Iterator[NewWriter]:
    """Make the writer of worker `worker`; at the end its folder is there, so that it can be closed."""
    made: list[SpoolWriter] = []

    def make() -> SpoolWriter:
        made.append(SpoolWriter(tmp_path / "spool", "worker"))
        return made[-1]

    yield make
    for writer in made:
        writer.close()


@pytest.fixture
def broken_disk(tmp_path: Path, new_writer: NewWriter) -> SpoolWriter:
    """A writer whose folder became a file, which it notices at once."""
    spool = new_writer()
    take_folder_away(tmp_path)
    return spool


def take_folder_away(tmp_path: Path) -> None:
    folder = tmp_path / "spool" / "worker"
    folder.rename(tmp_path / "taken")
    folder.write_bytes(b"no folder")


def give_folder_back(tmp_path: Path) -> None:
    folder = tmp_path / "spool" / "worker"
    folder.unlink()
    (tmp_path / "taken").rename(folder)


def segments(root: Path) -> list[list[bytes]]:
    """Return the messages of each segment that the worker wrote; nothing else is in it."""
    found = []
    for path in sorted((root / "worker").glob("*.seg")):
        content = path.read_bytes()
        if len(content) > len(MARK):
            found.append([one.message for one in frames(content[len(MARK) :])])
            assert content == MARK + b"".join(map(frame, found[-1]))
    return found


def test_a_message_is_on_disk_when_append_returns(tmp_path: Path, new_writer: NewWriter) -> None:
    spool = new_writer()

    assert spool.append(b"one")
    assert segments(tmp_path / "spool") == [[b"one"]]
    assert spool.append(b"two")
    assert segments(tmp_path / "spool") == [[b"one", b"two"]]
    assert (spool.kept, spool.dropped) == (0, 0)


def test_a_full_segment_is_followed_by_another(
    tmp_path: Path, new_writer: NewWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "SEGMENT_LIMIT", 64)
    spool = new_writer()
    messages = [b"%02d" % number * 10 for number in range(7)]

    for message in messages:
        spool.append(message)

    rolled = segments(tmp_path / "spool")
    assert [len(segment) for segment in rolled] == [2, 2, 2, 1]
    assert list(chain(*rolled)) == messages


def test_only_the_owner_can_read_the_spool(tmp_path: Path, new_writer: NewWriter) -> None:
    new_writer().append(b"one")

    modes = {path: path.stat().st_mode & 0o077 for path in (tmp_path / "spool").rglob("*")}

    assert len(modes) == 3
    assert set(modes.values()) == {0}


def test_a_failing_disk_raises_nothing_and_messages_are_kept(broken_disk: SpoolWriter) -> None:
    assert [broken_disk.append(b"one"), broken_disk.append(b"two")] == [False, False]
    assert (broken_disk.kept, broken_disk.dropped) == (2, 0)


def test_what_was_kept_is_written_later_in_order(tmp_path: Path, broken_disk: SpoolWriter) -> None:
    messages = [b"%d" % number for number in range(5)]
    for message in messages:
        broken_disk.append(message)

    give_folder_back(tmp_path)
    broken_disk.flush(now=True)

    assert segments(tmp_path / "spool") == [messages]
    assert broken_disk.kept == 0


def test_a_failed_write_is_not_tried_again_for_a_while(
    tmp_path: Path, broken_disk: SpoolWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_PAUSE_SECONDS", 3600.0)
    broken_disk.append(b"one")

    give_folder_back(tmp_path)
    broken_disk.append(b"two")

    assert broken_disk.kept == 2
    assert segments(tmp_path / "spool") == []


def test_memory_is_bounded_and_the_oldest_are_dropped_and_counted(
    tmp_path: Path, broken_disk: SpoolWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "KEPT_LIMIT", 100)
    messages = [b"%02d" % number * 10 for number in range(9)]

    for message in messages:
        broken_disk.append(message)
    assert (broken_disk.kept, broken_disk.dropped) == (5, 4)

    give_folder_back(tmp_path)
    broken_disk.flush(now=True)
    assert segments(tmp_path / "spool") == [messages[4:]]


def test_close_writes_what_was_kept(tmp_path: Path) -> None:
    spool = SpoolWriter(tmp_path / "spool", "worker")
    take_folder_away(tmp_path)
    spool.append(b"one")
    give_folder_back(tmp_path)

    spool.close()

    assert segments(tmp_path / "spool") == [[b"one"]]
    assert spool.dropped == 0


def test_what_cannot_be_written_at_the_end_is_counted_as_dropped(tmp_path: Path) -> None:
    spool = SpoolWriter(tmp_path / "spool", "worker")
    take_folder_away(tmp_path)
    spool.append(b"one")

    spool.close()

    assert (spool.kept, spool.dropped) == (0, 1)


@pytest.mark.parametrize("limit", [3, 8, 40, 77, 100], ids=lambda limit: f"{limit} bytes a file")
def test_a_full_disk_loses_nothing(tmp_path: Path, limit: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SMALL_FILES, str(tmp_path), str(limit)],
        capture_output=True,
        check=True,
        timeout=30,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    told = json.loads(done.stdout)

    assert told["kept"] == told["written"].count(False) > 0
    assert (told["kept_after"], told["dropped"]) == (0, 0)
    assert list(chain(*segments(tmp_path))) == [b"%d" % number * 20 for number in range(8)]


def test_a_slow_disk_is_left_alone_after_two_slow_writes(
    tmp_path: Path, new_writer: NewWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "SLOW_SECONDS", -1.0)
    monkeypatch.setattr(writer_module, "_PAUSE_SECONDS", 3600.0)
    spool = new_writer()

    written = [spool.append(b"%d" % number) for number in range(4)]

    assert written == [True, True, False, False]
    assert segments(tmp_path / "spool") == [[b"0", b"1"]]


@pytest.mark.parametrize("size", [0, MESSAGE_LIMIT + 1], ids=["empty", "too large"])
def test_a_message_that_no_spool_takes_does_not_block_the_next(
    tmp_path: Path, new_writer: NewWriter, size: int
) -> None:
    spool = new_writer()

    assert not spool.append(bytes(size))
    assert spool.append(b"the next")
    assert (spool.kept, spool.dropped) == (0, 1)
    assert segments(tmp_path / "spool") == [[b"the next"]]
