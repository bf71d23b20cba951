"""The worker's end of the spool, on disks that fail."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from farebox.config import spool_limits as limits_module
from farebox.config.spool_limits import Limits
from farebox.spool import bound
from farebox.spool import writer as writer_module
from farebox.spool.frames import MARK, MESSAGE_LIMIT, frame, frames
from farebox.spool.reader import SpoolReader
from farebox.spool.segments import is_unlocked
from farebox.spool.writer import SpoolWriter

NewWriter = Callable[..., SpoolWriter]
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

# Nothing but the functions themselves tells of a flush.
COUNTED_FLUSHES = """
import json, os, sys
from pathlib import Path

root, seen = Path(sys.argv[1]), {"fdatasync": 0, "fsync": []}
flush, flush_folder = os.fdatasync, os.fsync

def counted(handle):
    seen["fdatasync"] += 1
    flush(handle)

def named(handle):
    seen["fsync"].append(os.path.relpath(os.readlink(f"/proc/self/fd/{handle}"), root))
    flush_folder(handle)

os.fdatasync, os.fsync = counted, named
from farebox.config.spool_limits import Limits
from farebox.spool.writer import SpoolWriter

spool = SpoolWriter(root / "spool", "worker", Limits(syncs=len(sys.argv) > 2))
spool.append(b"one")
spool.append(b"two")
seen["fsync"].sort()
print(json.dumps(seen))
spool.close()
"""


@pytest.fixture
def new_writer(tmp_path: Path) -> Iterator[NewWriter]:
    """Make the writer of worker `worker`; at the end its folder is there, so that it can be closed."""
    made: list[SpoolWriter] = []

    def make(**limits: Any) -> SpoolWriter:
        made.append(SpoolWriter(tmp_path / "spool", "worker", Limits(**limits)))
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
    monkeypatch.setattr(limits_module, "SEGMENT_LIMIT", 64)
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


def test_memory_is_bounded_and_the_oldest_are_dropped_and_counted(tmp_path: Path, new_writer: NewWriter) -> None:
    spool = new_writer(memory=100)
    take_folder_away(tmp_path)
    messages = [b"%02d" % number * 10 for number in range(9)]

    for message in messages:
        spool.append(message)
    assert (spool.kept, spool.dropped) == (5, 4)

    give_folder_back(tmp_path)
    spool.flush(now=True)
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


@pytest.mark.parametrize("content", [b"", MARK[:3], MARK], ids=lambda content: f"{len(content)} bytes of its mark")
def test_a_segment_that_could_be_neither_begun_nor_removed_is_not_in_the_way(
    tmp_path: Path, new_writer: NewWriter, content: bytes
) -> None:
    spool = new_writer()
    (tmp_path / "spool" / "worker" / "00000001.seg").write_bytes(content)

    spool.append(b"one")
    spool.flush(now=True)
    spool.append(b"two")

    assert (spool.kept, spool.dropped) == (0, 0)
    assert SpoolReader(tmp_path / "spool", {}).read(100).messages == [b"one", b"two"]


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


def test_what_is_on_the_disk_stays_when_the_limit_is_reached(
    tmp_path: Path, new_writer: NewWriter, caplog: pytest.LogCaptureFixture
) -> None:
    spool = new_writer(disk=300, memory=60)
    messages = [b"%02d" % number * 10 for number in range(20)]

    for message in messages:
        spool.append(message)

    [written] = segments(tmp_path / "spool")
    assert written == messages[:10]
    assert bound.used(tmp_path / "spool") == len(MARK) + 10 * len(frame(messages[0])) <= 300
    assert (spool.kept, spool.dropped) == (3, 7)
    reached = f"spool {tmp_path / 'spool'} has reached spool.limit, 300B: bring the ledger back, or raise spool.limit"
    assert [record.getMessage() for record in caplog.records] == [
        f"{reached}; calls wait in memory, up to spool.memory, 60B",
        f"calls are lost, and counted in farebox_records_dropped_total: {reached}",
    ]


def test_workers_share_the_limit(tmp_path: Path, new_writer: NewWriter) -> None:
    other = SpoolWriter(tmp_path / "spool", "other", Limits(disk=300))
    for number in range(5):
        other.append(b"%02d" % number * 10)
    spool = new_writer(disk=300)

    written = [spool.append(b"%02d" % number * 10) for number in range(9)]
    other.close()

    assert written == [True] * 5 + [False] * 4
    assert bound.used(tmp_path / "spool") <= 300


def test_workers_that_write_what_waited_in_memory_at_once_keep_the_limit(tmp_path: Path) -> None:
    limits = Limits(disk=1 << 20, workers=4)
    (tmp_path / "spool").write_bytes(b"no folder")
    workers = [SpoolWriter(tmp_path / "spool", f"worker-{number}", limits) for number in range(4)]
    for worker in workers:
        for _ in range(200):
            worker.append(bytes(5000))
    (tmp_path / "spool").unlink()

    for worker in workers:
        worker.flush(now=True)
    for worker in workers:
        worker.close()

    assert limits.disk * 0.7 < bound.used(tmp_path / "spool") <= limits.disk * 17 / 16


def test_what_waits_is_written_once_the_ledger_has_taken_what_was_there(
    tmp_path: Path, new_writer: NewWriter, caplog: pytest.LogCaptureFixture
) -> None:
    spool = new_writer(disk=300, memory=60)
    messages = [b"%02d" % number * 10 for number in range(20)]
    for message in messages:
        spool.append(message)

    [path] = (tmp_path / "spool" / "worker").glob("*.seg")
    path.write_bytes(MARK)
    spool._bound = bound.Bound(tmp_path / "spool", 300)
    spool.flush(now=True)

    assert spool.kept == 0
    assert [one.message for one in frames(path.read_bytes()[len(MARK) :])] == messages[-3:]
    assert (
        caplog.records[-1].getMessage() == f"spool {tmp_path / 'spool' / 'worker'} is written again, 7 calls were lost"
    )


def test_a_folder_that_cannot_be_made_is_made_later(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "spool").write_bytes(b"no folder")
    spool = SpoolWriter(tmp_path / "spool", "worker")

    assert not spool.append(b"one")
    (tmp_path / "spool").unlink()
    spool.flush(now=True)
    spool.append(b"two")

    assert segments(tmp_path / "spool") == [[b"one", b"two"]]
    assert not is_unlocked(tmp_path / "spool" / "worker" / "lock")
    assert [record.getMessage().count("cannot be written") for record in caplog.records] == [1]
    spool.close()


def test_a_failing_disk_is_told_of_once(broken_disk: SpoolWriter, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(5):
        broken_disk.append(b"%d" % number)
        broken_disk.flush(now=True)

    assert [record.getMessage().count("see to that disk; calls wait in memory") for record in caplog.records] == [1]


def test_a_long_queue_is_written_bit_by_bit(
    tmp_path: Path, new_writer: NewWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = new_writer()
    take_folder_away(tmp_path)
    for number in range(8):
        spool.append(bytes([number]) * 200_000)
    give_folder_back(tmp_path)
    monkeypatch.setattr(writer_module, "SLOW_SECONDS", -1.0)
    spool._not_before = 0

    kept = [spool.kept]
    for _ in range(2):
        spool.flush()
        kept.append(spool.kept)

    assert kept == [8, 6, 4]


@pytest.mark.parametrize(("syncs", "flushes"), [(False, 0), (True, 3)])
def test_every_append_is_flushed_where_that_is_asked_for(tmp_path: Path, syncs: bool, flushes: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COUNTED_FLUSHES, str(tmp_path), *(["syncs"] if syncs else [])],
        capture_output=True,
        check=True,
        timeout=30,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    told = json.loads(done.stdout)

    # The mark of the segment, and two messages; the folder that it is in, and that one's folders.
    assert told == {"fdatasync": flushes, "fsync": [".", "spool", "spool/worker"] if syncs else []}
