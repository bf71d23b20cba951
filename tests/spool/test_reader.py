"""The recorder's end of the spool."""

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from farebox.config import spool_limits as limits_module
from farebox.records import reading as readings
from farebox.spool.frames import FORMATS, MARK, Format, Frame, frame
from farebox.spool.reader import Batch, Position, SpoolReader
from farebox.spool.writer import SpoolWriter

NewWriter = Callable[..., SpoolWriter]
HERE = len(MARK)
SPOOLS = Path(__file__).parent / "spools"
FORMAT_1 = [
    ("api.openai.com", "gpt-4o", 900, "ok"),
    ("api.openai.com", "gpt-4o", None, "client_abort"),
    ("api.openai.com", "gpt-4o", None, "http_error"),
    ("llm.example.com", None, None, "network_error"),
    ("api.anthropic.com", "claude-haiku-4-5", 2095, "ok"),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The spool's folder, in a data folder."""
    return tmp_path / "spool"


@pytest.fixture
def alive(tmp_path: Path) -> Iterator[NewWriter]:
    """Make the writer of a worker that lives until the test ends."""
    made: list[SpoolWriter] = []

    def make(name: str, root: Path = tmp_path) -> SpoolWriter:
        made.append(SpoolWriter(root, name))
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
    while (batch := store(reader, limit)).positions:
        found += batch.messages
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
    monkeypatch.setattr(limits_module, "SEGMENT_LIMIT", 64)
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
    monkeypatch.setattr(limits_module, "SEGMENT_LIMIT", 1)
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


def test_the_torn_tail_of_a_gone_worker_is_dead_lettered(root: Path) -> None:
    folder = gone(root, "worker", b"one")
    with (folder / "00000001.seg").open("ab") as segment:
        segment.write(frame(b"never finished")[:-3])
    content = (folder / "00000001.seg").read_bytes()

    batch = store(SpoolReader(root, {}))

    assert (batch.messages, batch.ended) == ([b"one"], ["worker"])
    assert not folder.exists()
    assert [path.read_bytes() for path in batch.damaged] == [content]


def test_the_torn_tail_of_a_living_worker_is_waited_for(tmp_path: Path, alive: NewWriter) -> None:
    alive("worker").append(b"one")
    reader = SpoolReader(tmp_path, {})
    whole = frame(b"two")

    with (tmp_path / "worker" / "00000001.seg").open("ab", buffering=0) as segment:
        segment.write(whole[:-2])
        before = store(reader)
        segment.write(whole[-2:])

    assert (before.messages, before.damaged) == ([b"one"], [])
    assert store(reader).messages == [b"two"]


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
    assert [f"{len(frame(b'two'))} bytes hold no call" in record.getMessage() for record in caplog.records] == [True]


def test_damage_in_a_living_workers_segment_is_dead_lettered_with_what_follows(root: Path, alive: NewWriter) -> None:
    spool = alive("worker", root)
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
    spool = alive("worker", root)
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


def test_calls_behind_megabytes_of_nothing_are_found(root: Path) -> None:
    folder = gone(root, "worker")
    folder.mkdir(exist_ok=True)
    (folder / "00000001.seg").write_bytes(MARK + bytes(9 << 20) + frame(b"one") + frame(b"two"))

    assert drain(SpoolReader(root, {})) == [b"one", b"two"]
    assert not folder.exists()


def test_what_is_not_ours_in_a_spool_is_not_deleted(root: Path) -> None:
    folder = gone(root, "worker", b"one")
    (folder / "notes.txt").write_text("mine")

    batch = store(SpoolReader(root, {}))

    assert (batch.messages, folder.exists()) == ([b"one"], False)
    assert (root.parent / "dead-letter" / "worker" / "notes.txt").read_text() == "mine"


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
    assert [record.getMessage().count("of format 2, which a newer farebox wrote") for record in caplog.records] == [1]


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


def test_a_spool_of_format_1_is_read(tmp_path: Path) -> None:
    """The fixture was written by farebox 0.1.0, by a worker that was killed; its bytes must never change."""
    shutil.copytree(SPOOLS / "format-1", tmp_path / "spool" / "worker")

    calls = [readings.decode(message) for message in drain(SpoolReader(tmp_path / "spool", {}))]

    assert [(one.host, one.model_requested, one.usage.input_tokens, one.outcome) for one in calls] == FORMAT_1
    assert not (tmp_path / "spool" / "worker").exists()
    assert not (tmp_path / "dead-letter").exists()
