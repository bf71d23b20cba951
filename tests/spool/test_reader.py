"""The recorder's end of the spool."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from farebox.config import spool_limits as limits_module
from farebox.records import reading as readings
from farebox.spool.frames import FORMATS, MARK, Format, Frame, frame
from farebox.spool.reader import Batch, Position, SpoolReader

from tests.spool.conftest import NewWriter
from tests.support.spools import drain, gone, store

HERE = len(MARK)
SPOOLS = Path(__file__).parent / "spools"
FORMAT_1 = [
    ("api.openai.com", "gpt-4o", 900, "ok"),
    ("api.openai.com", "gpt-4o", None, "client_abort"),
    ("api.openai.com", "gpt-4o", None, "http_error"),
    ("llm.example.com", None, None, "network_error"),
    ("api.anthropic.com", "claude-haiku-4-5", 2095, "ok"),
]


def test_a_batch_is_read_again_until_it_is_done(root: Path, alive: NewWriter) -> None:
    spool = alive("worker")
    spool.append(b"one")
    spool.append(b"two")
    reader = SpoolReader(root, {})

    assert [reader.read(100).messages, reader.read(100).messages] == [[b"one", b"two"]] * 2
    assert store(reader).messages == [b"one", b"two"]
    assert store(reader).messages == []
    spool.append(b"three")
    assert store(reader).messages == [b"three"]


def test_a_batch_is_as_long_as_asked_for(root: Path, alive: NewWriter) -> None:
    for name in ("one", "two"):
        spool = alive(name)
        for number in range(5):
            spool.append(b"%d" % number)
    reader = SpoolReader(root, {})

    sizes = [len(store(reader, limit=4).messages) for _ in range(4)]

    assert sizes == [4, 4, 2, 0]


def test_nothing_is_no_error(root: Path) -> None:
    reader = SpoolReader(root / "not there", {})

    assert reader.read(100) == Batch()
    assert reader.pending() == 0


def test_reading_goes_on_from_the_positions_that_the_ledger_holds(root: Path, alive: NewWriter) -> None:
    spool = alive("worker")
    for number in range(6):
        spool.append(b"%d" % number)
    first = SpoolReader(root, {}).read(limit=4)

    restarted = SpoolReader(root, first.positions)

    assert first.positions == {"worker": Position(1, HERE + 4 * len(frame(b"0")))}
    assert restarted.read(100).messages == [b"4", b"5"]


def test_finished_segments_are_taken_away(root: Path, alive: NewWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_module, "SEGMENT_LIMIT", 64)
    spool = alive("worker")
    messages = [b"%02d" % number * 10 for number in range(9)]
    for message in messages:
        spool.append(message)
    reader = SpoolReader(root, {})
    before = sorted(path.name for path in (root / "worker").glob("*.seg"))

    assert drain(reader, limit=2) == messages
    assert len(before) == 5
    assert [path.name for path in (root / "worker").glob("*.seg")] == before[-1:]


def test_a_finished_segment_is_taken_away_though_the_next_one_is_empty(root: Path, alive: NewWriter) -> None:
    alive("worker").append(b"one")
    reader = SpoolReader(root, {})
    store(reader)

    for number in range(2, 5):
        (root / "worker" / f"{number:08d}.seg").write_bytes(MARK)
    store(reader)

    assert [path.name for path in (root / "worker").glob("*.seg")] == ["00000004.seg"]


def test_a_segment_stays_while_it_is_not_done(root: Path, alive: NewWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_module, "SEGMENT_LIMIT", 1)
    spool = alive("worker")
    spool.append(b"one")
    spool.append(b"two")
    reader = SpoolReader(root, {})

    reader.read(100)

    assert len(list((root / "worker").glob("*.seg"))) == 2


def test_the_spool_of_a_gone_worker_is_read_and_taken_away(root: Path) -> None:
    folder = gone(root, "worker", b"one", b"two")
    reader = SpoolReader(root, {})

    batch = reader.read(100)
    assert (batch.messages, batch.ended) == ([b"one", b"two"], ["worker"])
    assert folder.is_dir()

    reader.done(batch)
    assert not folder.exists()
    assert reader.read(100) == Batch()


def test_the_spool_of_a_gone_worker_stays_until_all_of_it_is_read(root: Path) -> None:
    folder = gone(root, "worker", b"one", b"two")
    reader = SpoolReader(root, {})

    first = store(reader, limit=1)

    assert (first.messages, first.ended) == ([b"one"], [])
    assert folder.is_dir()
    assert drain(reader) == [b"two"]
    assert not folder.exists()


def test_the_spool_of_a_living_worker_stays(root: Path, alive: NewWriter) -> None:
    alive("worker").append(b"one")
    reader = SpoolReader(root, {})

    batch = store(reader)

    assert batch.ended == []
    assert (root / "worker" / "lock").exists()


def test_a_lock_that_cannot_be_opened_is_no_sign_that_its_worker_is_gone(root: Path) -> None:
    folder = gone(root, "worker", b"one")
    (folder / "lock").unlink()
    (folder / "lock").mkdir()

    batch = store(SpoolReader(root, {}))

    assert (batch.messages, batch.ended) == ([b"one"], [])
    assert folder.is_dir()


def test_a_spool_under_construction_is_not_read(root: Path) -> None:
    gone(root, "worker", b"one").rename(root / ".worker")

    assert SpoolReader(root, {}).read(100) == Batch()


def test_the_torn_tail_of_a_living_worker_is_waited_for(root: Path, alive: NewWriter) -> None:
    alive("worker").append(b"one")
    reader = SpoolReader(root, {})
    whole = frame(b"two")

    with (root / "worker" / "00000001.seg").open("ab", buffering=0) as segment:
        segment.write(whole[:-2])
        before = store(reader)
        segment.write(whole[-2:])

    assert (before.messages, before.damaged) == ([b"one"], [])
    assert store(reader).messages == [b"two"]


def test_calls_behind_megabytes_of_nothing_are_found(root: Path) -> None:
    folder = gone(root, "worker")
    folder.mkdir(exist_ok=True)
    (folder / "00000001.seg").write_bytes(MARK + bytes(9 << 20) + frame(b"one") + frame(b"two"))

    assert drain(SpoolReader(root, {})) == [b"one", b"two"]
    assert not folder.exists()


def test_a_spool_that_cannot_be_taken_away_is_not_read_again(root: Path) -> None:
    folder = gone(root, "worker", b"one")
    (folder / "notes.txt").write_text("mine")
    dead_letters = root.parent / "dead-letter"
    dead_letters.write_bytes(b"no folder")
    reader = SpoolReader(root, {})

    first = reader.read(100)
    assert (first.messages, first.ended, reader.done(first)) == ([b"one"], ["worker"], [])
    again = reader.read(100)
    assert (again.messages, again.positions, again.ended, reader.done(again)) == ([], {}, ["worker"], [])
    dead_letters.unlink()

    assert reader.done(reader.read(100)) == ["worker"]
    assert not folder.exists()


def test_a_segment_of_a_newer_format_is_left_alone_and_told_once(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = gone(root, "newer", b"one")
    content = b"FAREBOX\x02" + frame(b"two")
    (folder / "00000001.seg").write_bytes(content)
    gone(root, "ours", b"three")
    reader = SpoolReader(root, {})

    with caplog.at_level(logging.ERROR):
        messages = [store(reader).messages, store(reader).messages]

    assert messages == [[b"three"], []]
    assert (folder / "00000001.seg").read_bytes() == content
    assert reader.pending() == 0
    assert [
        record.getMessage().count("it has format 2, of a newer farebox: start that version")
        for record in caplog.records
    ] == [1]


def test_each_segment_is_read_by_its_own_format(root: Path) -> None:
    folder = gone(root, "worker", b"one")
    (folder / "00000002.seg").write_bytes(b"FAREBOX\x02" + b"owt\neerht\n")
    formats = {**FORMATS, 2: Format(backward_lines, lambda data: data.count(b"\n"))}
    reader = SpoolReader(root, {}, formats)

    assert reader.pending() == 3
    assert drain(reader, limit=1) == [b"one", b"two", b"three"]
    assert not folder.exists()


def backward_lines(data: bytes) -> Iterator[Frame]:
    """Read what a later format might be."""
    end = 0
    for line in data.splitlines():
        end += len(line) + 1
        yield Frame(line[::-1], end)


def test_a_segment_without_a_whole_mark_holds_nothing(root: Path) -> None:
    folder = gone(root, "worker", b"one")
    (folder / "00000001.seg").rename(folder / "00000002.seg")
    (folder / "00000001.seg").write_bytes(MARK[:3])

    assert drain(SpoolReader(root, {})) == [b"one"]
    assert not folder.exists()


def test_what_waits_is_counted(root: Path, alive: NewWriter) -> None:
    spool = alive("worker")
    for number in range(5):
        spool.append(b"%d" % number)
    gone(root, "gone", b"one", b"two")
    reader = SpoolReader(root, {})

    pending = [reader.pending()]
    while store(reader, limit=3).messages:
        pending.append(reader.pending())

    assert pending == [7, 4, 1, 0]


def test_a_segment_larger_than_a_window_is_read_to_its_end(root: Path) -> None:
    messages = [bytes([number]) * 700_000 for number in range(1, 9)]
    gone(root, "worker", *messages)

    assert drain(SpoolReader(root, {})) == messages


def test_a_spool_of_format_1_is_read(root: Path) -> None:
    """The fixture was written by farebox 0.1.0, by a worker that was killed; its bytes must never change."""
    shutil.copytree(SPOOLS / "format-1", root / "worker")

    calls = [readings.decode(message) for message in drain(SpoolReader(root, {}))]

    assert [(one.host, one.model_requested, one.usage.input_tokens, one.outcome) for one in calls] == FORMAT_1
    assert not (root / "worker").exists()
    assert not (root.with_name("dead-letter")).exists()
