"""The recorder's end of the spool."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from farebox.spool import writer as writer_module
from farebox.spool.frames import MARK, frame
from farebox.spool.reader import Batch, Position, SpoolReader
from farebox.spool.writer import SpoolWriter

NewWriter = Callable[[str], SpoolWriter]
HERE = len(MARK)


@pytest.fixture
def alive(tmp_path: Path) -> Iterator[NewWriter]:
    """Make the writer of a worker that lives until the test ends."""
    made: list[SpoolWriter] = []

    def make(name: str) -> SpoolWriter:
        made.append(SpoolWriter(tmp_path, name))
        return made[-1]

    yield make
    for writer in made:
        writer.close()


def gone(root: Path, name: str, *messages: bytes) -> Path:
    """Leave the spool of a worker that is gone."""
    spool = SpoolWriter(root, name)
    for message in messages:
        spool.append(message)
    spool.close()
    return root / name


def store(reader: SpoolReader, limit: int = 100) -> Batch:
    """Read a batch and take it as stored."""
    batch = reader.read(limit)
    reader.done(batch)
    return batch


def drain(reader: SpoolReader, limit: int = 100) -> list[bytes]:
    """Read and store until nothing is left."""
    found: list[bytes] = []
    while messages := store(reader, limit).messages:
        found += messages
    return found


def test_a_batch_is_read_again_until_it_is_done(tmp_path: Path, alive: NewWriter) -> None:
    spool = alive("worker")
    spool.append(b"one")
    spool.append(b"two")
    reader = SpoolReader(tmp_path, {})

    assert [reader.read(100).messages, reader.read(100).messages] == [[b"one", b"two"]] * 2
    assert store(reader).messages == [b"one", b"two"]
    assert store(reader).messages == []
    spool.append(b"three")
    assert store(reader).messages == [b"three"]


def test_a_batch_is_as_long_as_asked_for(tmp_path: Path, alive: NewWriter) -> None:
    for name in ("one", "two"):
        spool = alive(name)
        for number in range(5):
            spool.append(b"%d" % number)
    reader = SpoolReader(tmp_path, {})

    sizes = [len(store(reader, limit=4).messages) for _ in range(4)]

    assert sizes == [4, 4, 2, 0]


def test_nothing_is_no_error(tmp_path: Path) -> None:
    reader = SpoolReader(tmp_path / "not there", {})

    assert reader.read(100) == Batch()
    assert reader.pending() == 0


def test_reading_goes_on_from_the_positions_that_the_ledger_holds(tmp_path: Path, alive: NewWriter) -> None:
    spool = alive("worker")
    for number in range(6):
        spool.append(b"%d" % number)
    first = SpoolReader(tmp_path, {}).read(limit=4)

    restarted = SpoolReader(tmp_path, first.positions)

    assert first.positions == {"worker": Position(1, HERE + 4 * len(frame(b"0")))}
    assert restarted.read(100).messages == [b"4", b"5"]


def test_finished_segments_are_taken_away(tmp_path: Path, alive: NewWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "SEGMENT_LIMIT", 64)
    spool = alive("worker")
    messages = [b"%02d" % number * 10 for number in range(9)]
    for message in messages:
        spool.append(message)
    reader = SpoolReader(tmp_path, {})
    before = sorted(path.name for path in (tmp_path / "worker").glob("*.seg"))

    assert drain(reader, limit=2) == messages
    assert len(before) == 5
    assert [path.name for path in (tmp_path / "worker").glob("*.seg")] == before[-1:]


def test_a_finished_segment_is_taken_away_though_the_next_one_is_empty(tmp_path: Path, alive: NewWriter) -> None:
    alive("worker").append(b"one")
    reader = SpoolReader(tmp_path, {})
    store(reader)

    for number in range(2, 5):
        (tmp_path / "worker" / f"{number:08d}.seg").write_bytes(MARK)
    store(reader)

    assert [path.name for path in (tmp_path / "worker").glob("*.seg")] == ["00000004.seg"]


def test_a_segment_stays_while_it_is_not_done(
    tmp_path: Path, alive: NewWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "SEGMENT_LIMIT", 1)
    spool = alive("worker")
    spool.append(b"one")
    spool.append(b"two")
    reader = SpoolReader(tmp_path, {})

    reader.read(100)

    assert len(list((tmp_path / "worker").glob("*.seg"))) == 2


def test_the_spool_of_a_gone_worker_is_read_and_taken_away(tmp_path: Path) -> None:
    folder = gone(tmp_path, "worker", b"one", b"two")
    reader = SpoolReader(tmp_path, {})

    batch = reader.read(100)
    assert (batch.messages, batch.ended) == ([b"one", b"two"], ["worker"])
    assert folder.is_dir()

    reader.done(batch)
    assert not folder.exists()
    assert reader.read(100) == Batch()


def test_the_spool_of_a_gone_worker_stays_until_all_of_it_is_read(tmp_path: Path) -> None:
    folder = gone(tmp_path, "worker", b"one", b"two")
    reader = SpoolReader(tmp_path, {})

    first = store(reader, limit=1)

    assert (first.messages, first.ended) == ([b"one"], [])
    assert folder.is_dir()
    assert drain(reader) == [b"two"]
    assert not folder.exists()


def test_the_spool_of_a_living_worker_stays(tmp_path: Path, alive: NewWriter) -> None:
    alive("worker").append(b"one")
    reader = SpoolReader(tmp_path, {})

    batch = store(reader)

    assert batch.ended == []
    assert (tmp_path / "worker" / "lock").exists()


def test_a_lock_that_cannot_be_opened_is_no_sign_that_its_worker_is_gone(tmp_path: Path) -> None:
    folder = gone(tmp_path, "worker", b"one")
    (folder / "lock").unlink()
    (folder / "lock").mkdir()

    batch = store(SpoolReader(tmp_path, {}))

    assert (batch.messages, batch.ended) == ([b"one"], [])
    assert folder.is_dir()


def test_a_spool_under_construction_is_not_read(tmp_path: Path) -> None:
    gone(tmp_path, "worker", b"one").rename(tmp_path / ".worker")

    assert SpoolReader(tmp_path, {}).read(100) == Batch()


def test_the_torn_tail_of_a_gone_worker_is_passed_over_and_counted(tmp_path: Path) -> None:
    folder = gone(tmp_path, "worker", b"one")
    torn = frame(b"never finished")[:-3]
    with (folder / "00000001.seg").open("ab") as segment:
        segment.write(torn)

    batch = store(SpoolReader(tmp_path, {}))

    assert (batch.messages, batch.ended, batch.skipped_bytes) == ([b"one"], ["worker"], len(torn))


def test_the_torn_tail_of_a_living_worker_is_waited_for(tmp_path: Path, alive: NewWriter) -> None:
    alive("worker").append(b"one")
    reader = SpoolReader(tmp_path, {})
    whole = frame(b"two")

    with (tmp_path / "worker" / "00000001.seg").open("ab", buffering=0) as segment:
        segment.write(whole[:-2])
        before = store(reader)
        segment.write(whole[-2:])

    assert (before.messages, before.skipped_bytes) == ([b"one"], 0)
    assert store(reader).messages == [b"two"]


def test_damage_costs_only_the_calls_that_it_hits(tmp_path: Path) -> None:
    folder = gone(tmp_path, "worker", b"one", b"two", b"three")
    segment = folder / "00000001.seg"
    segment.write_bytes(segment.read_bytes().replace(b"two", b"twO"))

    batch = SpoolReader(tmp_path, {}).read(100)

    assert (batch.messages, batch.skipped_bytes) == ([b"one", b"three"], len(frame(b"two")))


def test_a_segment_of_another_format_is_left_alone_and_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = gone(tmp_path, "newer", b"one")
    content = b"FAREBOX\x02" + frame(b"two")
    (folder / "00000001.seg").write_bytes(content)
    gone(tmp_path, "ours", b"three")
    reader = SpoolReader(tmp_path, {})

    with caplog.at_level(logging.ERROR):
        messages = [store(reader).messages, store(reader).messages]

    assert messages == [[b"three"], []]
    assert (folder / "00000001.seg").read_bytes() == content
    assert reader.pending() == 0
    assert [record.getMessage().count("another format") for record in caplog.records] == [1]


def test_a_segment_that_cannot_be_read_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = gone(tmp_path, "worker", b"one")
    (folder / "00000001.seg").rename(tmp_path / "taken")
    (folder / "00000001.seg").mkdir()
    reader = SpoolReader(tmp_path, {})

    assert store(reader).messages == []
    (folder / "00000001.seg").rmdir()
    (tmp_path / "taken").rename(folder / "00000001.seg")

    assert drain(reader) == [b"one"]
    assert "left alone" in caplog.text


def test_a_segment_without_a_whole_mark_holds_nothing(tmp_path: Path) -> None:
    folder = gone(tmp_path, "worker", b"one")
    (folder / "00000001.seg").rename(folder / "00000002.seg")
    (folder / "00000001.seg").write_bytes(MARK[:3])

    assert drain(SpoolReader(tmp_path, {})) == [b"one"]
    assert not folder.exists()


def test_what_waits_is_counted(tmp_path: Path, alive: NewWriter) -> None:
    spool = alive("worker")
    for number in range(5):
        spool.append(b"%d" % number)
    gone(tmp_path, "gone", b"one", b"two")
    reader = SpoolReader(tmp_path, {})

    pending = [reader.pending()]
    while store(reader, limit=3).messages:
        pending.append(reader.pending())

    assert pending == [7, 4, 1, 0]


def test_a_segment_larger_than_a_window_is_read_to_its_end(tmp_path: Path) -> None:
    messages = [bytes([number]) * 700_000 for number in range(1, 9)]
    gone(tmp_path, "worker", *messages)

    assert drain(SpoolReader(tmp_path, {})) == messages
