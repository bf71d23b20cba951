"""Segments of dead letters: whole messages, bounded, and safe against a requeue at the same time."""

import errno
import fcntl
import os
import re
from pathlib import Path

import pytest
from farebox.recorder import dead_letter_folder as module
from farebox.recorder.dead_letter_folder import SegmentWriter, content, count, digest, files, locked, segments
from farebox.spool.frames import MARK, frame


def test_messages_are_appended_to_one_segment(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path / "dead-letter")

    paths = {writer.append(message) for message in (b"one", b"two")}

    [path] = paths
    assert re.fullmatch(r"records-0001-[0-9a-f]{8}\.seg", path.name)
    assert path.read_bytes() == MARK + frame(b"one") + frame(b"two")
    assert content(path) == ([b"one", b"two"], 0)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_full_segment_is_followed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SEGMENT_LIMIT", len(MARK) + 2 * len(frame(b"one")))
    writer = SegmentWriter(tmp_path)

    paths = [writer.append(message) for message in (b"one", b"two", b"six", b"ten")]

    assert [path.name[:13] for path in paths] == ["records-0001-", "records-0001-", "records-0002-", "records-0002-"]
    assert segments(tmp_path) == sorted({*paths})


def test_the_number_of_segments_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SEGMENT_LIMIT", 1)
    writer = SegmentWriter(tmp_path, limit=2)
    paths = [writer.append(message) for message in (b"one", b"two")]

    with pytest.raises(OSError, match="2 segments of dead letters are there") as raised:
        writer.append(b"six")
    assert raised.value.errno == errno.EDQUOT
    paths[0].unlink()

    assert content(writer.append(b"six")).messages == [b"six"]


def test_a_writer_never_uses_the_segment_of_another(tmp_path: Path) -> None:
    paths = {SegmentWriter(tmp_path).append(b"one") for _ in range(3)}

    assert len(paths) == 3


def test_a_segment_that_was_removed_is_not_written_again(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path)
    first = writer.append(b"one")
    first.unlink()

    second = writer.append(b"two")

    assert (content(second).messages, first.exists()) == ([b"two"], False)


def test_a_lock_on_a_file_that_lost_its_name_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    take = fcntl.flock

    def replaced_meanwhile(file: int, operation: int) -> None:
        take(file, operation)
        path.unlink()
        path.write_bytes(b"new")

    with locked(path) as file:
        assert file is not None
    monkeypatch.setattr(fcntl, "flock", replaced_meanwhile)
    with locked(path) as file:
        assert file is None
    with locked(tmp_path / "none") as file:
        assert file is None


@pytest.mark.parametrize("written", [0, 5])
def test_a_message_that_fits_in_part_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    writer, write = SegmentWriter(tmp_path), os.write
    path = writer.append(b"one")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda file, data: write(file, data[:written]))
        with pytest.raises(OSError, match="No space left"):
            writer.append(b"two")
    writer.append(b"six")

    assert content(path) == ([b"one", b"six"], 0)


def test_a_message_that_the_disk_rejects_halfway_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, write = SegmentWriter(tmp_path), os.write
    path = writer.append(b"one")

    def fail(file: int, data: bytes) -> int:
        write(file, data[:5])
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", fail)
        with pytest.raises(OSError, match="Input/output error"):
            writer.append(b"two")
    writer.append(b"six")

    assert content(path) == ([b"one", b"six"], 0)


@pytest.mark.parametrize(
    ("data", "messages", "damaged"),
    [
        (MARK, [], 0),
        (MARK + frame(b"one"), [b"one"], 0),
        (MARK + frame(b"one") + frame(b"two")[:-1], [b"one"], 10),
        (MARK + b"junk" + frame(b"one"), [b"one"], 4),
        (b"", [], 0),
        (b"FAREBOX\x63" + frame(b"one"), [], 19),
        (b"not a segment", [], 13),
    ],
    ids=["empty", "whole", "torn", "junk", "nothing", "a newer version", "no segment"],
)
def test_damage_is_counted_in_bytes(tmp_path: Path, data: bytes, messages: list[bytes], damaged: int) -> None:
    path = tmp_path / "records-0001-a.seg"
    path.write_bytes(data)

    assert content(path) == (messages, damaged)


def test_files_of_earlier_versions_come_last_and_damaged_spool_segments_are_none(tmp_path: Path) -> None:
    for name in ("a.msgpack", "records-0002-a.seg", "records-0001-b.seg", "worker-00000001.seg", "b.part"):
        (tmp_path / name).write_bytes(b"message")

    assert [path.name for path in files(tmp_path)] == ["records-0001-b.seg", "records-0002-a.seg", "a.msgpack"]
    assert content(tmp_path / "a.msgpack") == ([b"message"], 0)


def test_dead_letters_are_counted(tmp_path: Path) -> None:
    for message in (b"one", b"two"):
        SegmentWriter(tmp_path).append(message)
    writer = SegmentWriter(tmp_path)
    for message in (b"six", b"ten"):
        writer.append(message)
    for name in ("a.msgpack", "worker-00000001.seg", "records-0009-empty.seg"):
        (tmp_path / name).touch()
    (tmp_path / "records-0010-a.seg").mkdir()

    assert (count(tmp_path), count(tmp_path / "none")) == (8, 0)


def test_messages_are_identified_by_16_bytes() -> None:
    assert (len(digest(b"one")), digest(b"one") == digest(b"one"), digest(b"one") == digest(b"two")) == (
        16,
        True,
        False,
    )
