"""The files of the spool: damaged ones are dead-lettered, finished ones removed."""

import errno
import os
from pathlib import Path

import pytest
from farebox.home.lockfile import held
from farebox.spool.frames import FORMATS, MARK, frame
from farebox.spool.reader import Batch, SpoolReader
from farebox.spool.segments import DamagedError, LeftAloneError, dead_lettered, is_unlocked, remove, segments, tail

from tests.spool.conftest import NewWriter
from tests.support.file_calls import FileCalls
from tests.support.spools import drain, gone, store


def test_the_torn_tail_of_a_gone_worker_is_dead_lettered(root: Path) -> None:
    folder = gone(root, "worker", b"one")
    with (folder / "00000001.seg").open("ab") as segment:
        segment.write(frame(b"never finished")[:-3])
    content = (folder / "00000001.seg").read_bytes()

    batch = store(SpoolReader(root, {}))

    assert (batch.messages, batch.ended) == ([b"one"], ["worker"])
    assert not folder.exists()
    assert [path.read_bytes() for path in batch.damaged] == [content]


def test_damage_costs_only_the_calls_that_it_hits_and_is_dead_lettered_once(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = gone(root, "worker", b"one", b"two", b"three")
    segment = folder / "00000001.seg"
    segment.write_bytes(damaged := segment.read_bytes().replace(b"two", b"twO"))
    reader = SpoolReader(root, {})

    batches = [reader.read(100), reader.read(100)]
    reader.done(batches[1])

    assert [batch.messages for batch in batches] == [[b"one", b"three"]] * 2
    assert [batch.damaged for batch in batches] == [[root.parent / "dead-letter" / "worker-00000001.seg"], []]
    assert not folder.exists()
    assert batches[0].damaged[0].read_bytes() == damaged
    assert [
        f"{len(frame(b'two'))} bytes contain no readable call" in record.getMessage() for record in caplog.records
    ] == [True]


def test_damage_in_a_living_workers_segment_is_dead_lettered_with_what_follows(root: Path, alive: NewWriter) -> None:
    spool = alive("worker")
    segment = root / "worker" / "00000001.seg"
    for message in (b"one", b"two", b"three"):
        spool.append(message)
    with segment.open("r+b") as file:
        file.seek(segment.read_bytes().index(b"two"))
        file.write(b"twO")
    reader = SpoolReader(root, {})

    first = store(reader)
    spool.append(b"four")

    assert (first.messages, len(first.damaged)) == ([b"one", b"three"], 1)
    assert (store(reader).messages, reader.read(100).damaged) == ([b"four"], [])
    assert first.damaged[0].read_bytes() == segment.read_bytes()


def test_damaged_files_of_one_name_are_each_dead_lettered_under_a_name_of_their_own(root: Path) -> None:
    kept = []
    for content in (first := MARK + b"\1" * 9, second := MARK + b"\2" * 9, first):
        (root / "again").mkdir(parents=True)
        (root / "again" / "1.seg").write_bytes(content)
        kept.append([path.name for path in store(SpoolReader(root, {})).damaged])

    assert kept == [["again-1.seg"], ["again-1.2.seg"], []]
    assert [(root.parent / "dead-letter" / name).read_bytes() for [name] in kept[:2]] == [first, second]


def test_folders_of_one_name_are_each_dead_lettered(root: Path) -> None:
    for name in ("one", "two"):
        (root / "again" / "1.seg" / name).mkdir(parents=True)
        store(SpoolReader(root, {}))

    assert sorted(path.name for path in (root.parent / "dead-letter").glob("*/*")) == ["one", "two"]


def test_a_file_that_is_no_segment_is_dead_lettered_and_blocks_nothing(root: Path) -> None:
    folder = gone(root, "worker", b"one")
    (folder / "00000001.seg").rename(folder / "00000002.seg")
    (folder / "00000001.seg").write_bytes(b"what is this?")
    reader = SpoolReader(root, {})

    batch = store(reader)

    assert (batch.messages, batch.ended) == ([b"one"], ["worker"])
    assert [path.read_bytes() for path in batch.damaged] == [b"what is this?"]
    assert not folder.exists()


def test_a_segment_that_cannot_be_read_is_dead_lettered_once_nothing_is_written_to_it(
    root: Path, alive: NewWriter, caplog: pytest.LogCaptureFixture
) -> None:
    spool = alive("worker")
    spool.append(b"one")
    (root / "worker" / "00000001.seg").rename(root / "taken")
    (root / "worker" / "00000001.seg").mkdir()
    reader = SpoolReader(root, {})

    assert store(reader) == Batch()
    assert "00000001.seg is left alone: it cannot be read (Is a directory)" in caplog.text
    (root / "taken").rename(root / "worker" / "00000002.seg")

    batch = store(reader)
    assert (batch.messages, [path.name for path in batch.damaged]) == ([b"one"], ["worker-00000001.seg"])
    assert [path.name for path in (root / "worker").glob("*.seg")] == ["00000002.seg"]


def test_nothing_behind_damage_is_read_before_it_is_dead_lettered(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = gone(root, "worker", b"one", b"two")
    segment = folder / "00000001.seg"
    segment.write_bytes(segment.read_bytes().replace(b"one", b"onE"))
    dead_letters = root.parent / "dead-letter"
    dead_letters.write_bytes(b"no folder")
    reader = SpoolReader(root, {})

    assert [store(reader).messages, store(reader).messages] == [[], []]
    dead_letters.unlink()

    assert drain(reader) == [b"two"]
    assert (dead_letters / "worker-00000001.seg").is_file()
    assert [record.getMessage().count("left alone") for record in caplog.records] == [1, 0]


def test_what_is_not_ours_in_a_spool_is_not_deleted(root: Path) -> None:
    folder = gone(root, "worker", b"one")
    (folder / "notes.txt").write_text("mine")

    batch = store(SpoolReader(root, {}))

    assert (batch.messages, folder.exists()) == ([b"one"], False)
    assert (root.parent / "dead-letter" / "worker" / "notes.txt").read_text() == "mine"


def test_segments_are_ordered_by_number_and_other_files_are_none(tmp_path: Path) -> None:
    for name in ("00000010.seg", "2.seg", "00000001.seg", "lock", "x.seg", "-1.seg", "3.part"):
        (tmp_path / name).touch()

    assert [(number, path.name) for number, path in segments(tmp_path)] == [
        (1, "00000001.seg"),
        (2, "2.seg"),
        (10, "00000010.seg"),
    ]


@pytest.mark.parametrize(
    ("content", "start", "limit", "data"),
    [
        (b"", 8, 9, None),
        (MARK[:-1], 8, 9, None),
        (MARK, 8, 9, b""),
        (MARK + b"abcdef", 8, 9, b"abcdef"),
        (MARK + b"abcdef", 10, 3, b"cde"),
        (MARK + b"abcdef", 99, 3, b""),
    ],
)
def test_the_tail_of_a_segment_is_read_from_an_offset_up_to_a_limit(
    tmp_path: Path, content: bytes, start: int, limit: int, data: bytes | None
) -> None:
    (tmp_path / "1.seg").write_bytes(content)

    found = tail(tmp_path / "1.seg", start, limit, FORMATS)

    assert (found and found.data) == data
    assert found is None or found.format is FORMATS[1]


@pytest.mark.parametrize("content", [b"FAREBOY\x01", b"farebox\x01", b"12345678"])
def test_a_file_without_the_mark_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "1.seg").write_bytes(content)

    with pytest.raises(DamagedError, match=r"^it is not a spool segment$"):
        tail(tmp_path / "1.seg", 8, 9, FORMATS)


def test_a_segment_of_a_newer_format_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "1.seg").write_bytes(b"FAREBOX\x03")

    with pytest.raises(LeftAloneError, match=r"^it has format 3, of a newer farebox: start that version$"):
        tail(tmp_path / "1.seg", 8, 9, FORMATS)


@pytest.mark.parametrize(
    ("number", "error"),
    [
        *((number, DamagedError) for number in (errno.EIO, errno.EISDIR, errno.EACCES, errno.EPERM)),
        *((number, LeftAloneError) for number in (errno.ENOENT, errno.EMFILE, errno.ESTALE, errno.ENOMEM)),
    ],
)
def test_a_segment_that_can_never_be_read_is_damaged_and_one_that_can_later_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception]
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(error, match=r"it cannot be read"):
        tail(tmp_path / "1.seg", 8, 9, FORMATS)


def damaged(root: Path, content: bytes = b"damaged") -> Path:
    (root / "worker").mkdir(parents=True, exist_ok=True)
    (root / "worker" / "1.seg").write_bytes(content)
    return root / "worker" / "1.seg"


def test_a_dead_letter_takes_no_space_of_its_own_where_files_can_be_linked(root: Path) -> None:
    path, dead_letters = damaged(root), root.with_name("dead-letter")

    kept = dead_lettered(path, dead_letters)

    assert kept == dead_letters / "worker-1.seg"
    assert kept.samefile(path)
    assert dead_letters.stat().st_mode & 0o077 == 0
    assert dead_lettered(path, dead_letters) is None


def test_a_dead_letter_is_copied_and_then_named_where_files_cannot_be_linked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, dead_letters = damaged(root), root.with_name("dead-letter")
    calls = FileCalls(root.parent, monkeypatch)
    monkeypatch.setattr(os, "link", _refusing)

    kept = dead_lettered(path, dead_letters)

    assert kept is not None
    assert kept.read_bytes() == path.read_bytes()
    assert calls.seen[-1] == "replace dead-letter/worker-1.seg.part dead-letter/worker-1.seg"
    assert [one.name for one in dead_letters.iterdir()] == ["worker-1.seg"]
    assert dead_lettered(path, dead_letters) is None


def test_a_copy_that_fails_is_no_dead_letter_and_the_segment_stays(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, dead_letters = damaged(root), root.with_name("dead-letter")
    monkeypatch.setattr(os, "link", _refusing)
    monkeypatch.setattr("shutil.copyfile", _refusing)

    with pytest.raises(OSError, match="Operation not permitted"):
        dead_lettered(path, dead_letters)

    assert path.read_bytes() == b"damaged"
    assert list(dead_letters.iterdir()) == []


def test_a_third_segment_of_a_name_gets_the_next_number(root: Path) -> None:
    kept = [dead_lettered(damaged(root, content), root.with_name("dead-letter")) for content in (b"a", b"b")]
    (root / "worker" / "1.seg").unlink()
    kept += [dead_lettered(damaged(root, b"c"), root.with_name("dead-letter"))]

    # The first was written over in place, as a link to it is the same file.
    assert [path and path.name for path in kept] == ["worker-1.seg", None, "worker-1.2.seg"]


def test_a_spool_is_removed_with_its_segments_before_its_lock(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = gone(root, "worker", b"one")
    calls = FileCalls(root.parent, monkeypatch)

    assert remove(folder, root.with_name("dead-letter"))

    assert [call for call in calls.seen if call.startswith("unlink")] == [
        "unlink spool/worker/00000001.seg",
        "unlink spool/worker/lock",
    ]
    assert not folder.exists()
    assert not root.with_name("dead-letter").exists()


def test_a_spool_that_cannot_be_removed_is_not_gone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = gone(root, "worker", b"one")
    with monkeypatch.context() as failing:
        failing.setattr(os, "rmdir", _refusing)
        assert not remove(folder, root.with_name("dead-letter"))

    assert remove(folder, root.with_name("dead-letter"))
    assert remove(folder, root.with_name("dead-letter"))


def test_a_worker_is_gone_if_its_lock_is_free_or_missing(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()

    assert is_unlocked(tmp_path / "lock")
    with held(tmp_path / "lock"):
        assert not is_unlocked(tmp_path / "lock")
    assert is_unlocked(tmp_path / "missing")


def _refusing(*_arguments: object, **_options: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))
