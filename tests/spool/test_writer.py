"""The worker's end of the spool, on disks that fail."""

from itertools import chain
from pathlib import Path

import pytest
from farebox.config import spool_limits as limits_module
from farebox.config.spool_limits import Limits
from farebox.spool import bound
from farebox.spool import writer as writer_module
from farebox.spool.frames import MARK, MESSAGE_LIMIT, frame, frames
from farebox.spool.segments import is_unlocked
from farebox.spool.writer import SpoolWriter

from tests.spool.conftest import NewWriter
from tests.support.spools import give_folder_back, segments, take_folder_away


@pytest.fixture
def broken_disk(root: Path, new_writer: NewWriter) -> SpoolWriter:
    """A writer whose folder became a file."""
    spool = new_writer()
    take_folder_away(root)
    return spool


def test_a_message_is_on_disk_when_append_returns(root: Path, new_writer: NewWriter) -> None:
    spool = new_writer()

    assert spool.append(b"one")
    assert segments(root) == [[b"one"]]
    assert spool.append(b"two")
    assert segments(root) == [[b"one", b"two"]]
    assert (spool.kept, spool.dropped) == (0, 0)


def test_a_full_segment_is_followed_by_another(
    root: Path, new_writer: NewWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits_module, "SEGMENT_LIMIT", 64)
    spool = new_writer()
    messages = [b"%02d" % number * 10 for number in range(7)]

    for message in messages:
        spool.append(message)

    rolled = segments(root)
    assert [len(segment) for segment in rolled] == [2, 2, 2, 1]
    assert list(chain(*rolled)) == messages


def test_a_failing_disk_raises_nothing_and_messages_are_kept(broken_disk: SpoolWriter) -> None:
    assert [broken_disk.append(b"one"), broken_disk.append(b"two")] == [False, False]
    assert (broken_disk.kept, broken_disk.dropped) == (2, 0)


def test_what_was_kept_is_written_later_in_order(root: Path, broken_disk: SpoolWriter) -> None:
    messages = [b"%d" % number for number in range(5)]
    for message in messages:
        broken_disk.append(message)

    give_folder_back(root)
    broken_disk.flush(now=True)

    assert segments(root) == [messages]
    assert broken_disk.kept == 0


def test_a_failed_write_is_not_tried_again_for_a_while(
    root: Path, broken_disk: SpoolWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_PAUSE_SECONDS", 3600.0)
    broken_disk.append(b"one")

    give_folder_back(root)
    broken_disk.append(b"two")

    assert broken_disk.kept == 2
    assert segments(root) == []


def test_memory_is_bounded_and_the_oldest_are_dropped_and_counted(root: Path, new_writer: NewWriter) -> None:
    spool = new_writer(memory=100)
    take_folder_away(root)
    messages = [b"%02d" % number * 10 for number in range(9)]

    for message in messages:
        spool.append(message)
    assert (spool.kept, spool.dropped) == (5, 4)

    give_folder_back(root)
    spool.flush(now=True)
    assert segments(root) == [messages[4:]]


def test_close_writes_what_was_kept(root: Path) -> None:
    spool = SpoolWriter(root, "worker")
    take_folder_away(root)
    spool.append(b"one")
    give_folder_back(root)

    spool.close()

    assert segments(root) == [[b"one"]]
    assert spool.dropped == 0


def test_what_cannot_be_written_at_the_end_is_counted_as_dropped(root: Path) -> None:
    spool = SpoolWriter(root, "worker")
    take_folder_away(root)
    spool.append(b"one")

    spool.close()

    assert (spool.kept, spool.dropped) == (0, 1)


def test_a_slow_disk_is_left_alone_after_two_slow_writes(
    root: Path, new_writer: NewWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "SLOW_SECONDS", -1.0)
    monkeypatch.setattr(writer_module, "_PAUSE_SECONDS", 3600.0)
    spool = new_writer()

    written = [spool.append(b"%d" % number) for number in range(4)]

    assert written == [True, True, False, False]
    assert segments(root) == [[b"0", b"1"]]


@pytest.mark.parametrize("size", [0, MESSAGE_LIMIT + 1], ids=["empty", "too large"])
def test_a_message_that_no_spool_takes_does_not_block_the_next(root: Path, new_writer: NewWriter, size: int) -> None:
    spool = new_writer()

    assert not spool.append(bytes(size))
    assert spool.append(b"the next")
    assert (spool.kept, spool.dropped) == (0, 1)
    assert segments(root) == [[b"the next"]]


def test_what_is_on_the_disk_stays_when_the_limit_is_reached(
    root: Path, new_writer: NewWriter, caplog: pytest.LogCaptureFixture
) -> None:
    spool = new_writer(disk=300, memory=60)
    messages = [b"%02d" % number * 10 for number in range(20)]

    for message in messages:
        spool.append(message)

    [written] = segments(root)
    assert written == messages[:10]
    assert bound.used(root) == len(MARK) + 10 * len(frame(messages[0])) <= 300
    assert (spool.kept, spool.dropped) == (3, 7)
    reached = f"spool {root} has reached spool.limit, 300B: bring the ledger back, or raise spool.limit"
    assert [record.getMessage() for record in caplog.records] == [
        f"{reached}; calls wait in memory, up to spool.memory, 60B",
        f"calls are lost, and counted in farebox_records_dropped_total: {reached}",
    ]


def test_workers_share_the_limit(root: Path, new_writer: NewWriter) -> None:
    other = SpoolWriter(root, "other", Limits(disk=300))
    for number in range(5):
        other.append(b"%02d" % number * 10)
    spool = new_writer(disk=300)

    written = [spool.append(b"%02d" % number * 10) for number in range(9)]
    other.close()

    assert written == [True] * 5 + [False] * 4
    assert bound.used(root) <= 300


def test_workers_that_write_what_waited_in_memory_at_once_keep_the_limit(root: Path) -> None:
    limits = Limits(disk=1 << 20, workers=4)
    (root).write_bytes(b"no folder")
    workers = [SpoolWriter(root, f"worker-{number}", limits) for number in range(4)]
    for worker in workers:
        for _ in range(200):
            worker.append(bytes(5000))
    (root).unlink()

    for worker in workers:
        worker.flush(now=True)
    for worker in workers:
        worker.close()

    assert limits.disk * 0.7 < bound.used(root) <= limits.disk * 17 / 16


def test_what_waits_is_written_once_the_ledger_has_taken_what_was_there(
    root: Path, new_writer: NewWriter, caplog: pytest.LogCaptureFixture
) -> None:
    spool = new_writer(disk=300, memory=60)
    messages = [b"%02d" % number * 10 for number in range(20)]
    for message in messages:
        spool.append(message)

    [path] = (root / "worker").glob("*.seg")
    path.write_bytes(MARK)
    spool._bound = bound.Bound(root, 300)
    spool.flush(now=True)

    assert spool.kept == 0
    assert [one.message for one in frames(path.read_bytes()[len(MARK) :])] == messages[-3:]
    assert caplog.records[-1].getMessage() == f"spool {root / 'worker'} can be written again; 7 calls were lost"


def test_a_folder_that_cannot_be_made_is_made_later(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    (root).write_bytes(b"no folder")
    spool = SpoolWriter(root, "worker")

    assert not spool.append(b"one")
    (root).unlink()
    spool.flush(now=True)
    spool.append(b"two")

    assert segments(root) == [[b"one", b"two"]]
    assert not is_unlocked(root / "worker" / "lock")
    assert [record.getMessage().count("cannot be written") for record in caplog.records] == [1]
    spool.close()


def test_a_failing_disk_is_told_of_once(broken_disk: SpoolWriter, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(5):
        broken_disk.append(b"%d" % number)
        broken_disk.flush(now=True)

    assert [record.getMessage().count("check that disk; calls wait in memory") for record in caplog.records] == [1]


def test_a_long_queue_is_written_bit_by_bit(root: Path, new_writer: NewWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = new_writer()
    take_folder_away(root)
    for number in range(8):
        spool.append(bytes([number]) * 200_000)
    give_folder_back(root)
    monkeypatch.setattr(writer_module, "SLOW_SECONDS", -1.0)
    spool._not_before = 0

    kept = [spool.kept]
    for _ in range(2):
        spool.flush()
        kept.append(spool.kept)

    assert kept == [8, 6, 4]
