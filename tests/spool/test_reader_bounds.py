"""The reader uses little memory and never returns to a segment that it has given up; a worker counts its own writes."""

import tracemalloc
from pathlib import Path

from farebox.spool.bound import Bound
from farebox.spool.frames import MARK, MESSAGE_LIMIT
from farebox.spool.reader import Position, SpoolReader

from tests.support.spools import gone


def test_a_large_segment_takes_the_memory_of_a_window(root: Path) -> None:
    size = 500_000
    gone(root, "worker", *(bytes(size) for _ in range(24)))
    reader = SpoolReader(root, {})

    tracemalloc.start()
    try:
        batch = reader.read(1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(batch.messages) == 1
    assert peak < 4 * MESSAGE_LIMIT + 2 * size + 100_000 < 24 * size


def test_the_position_after_a_segment_that_is_not_one_is_behind_it(root: Path) -> None:
    folder = gone(root, "worker", b"one")
    (folder / "00000001.seg").write_bytes(b"this is not a segment of a spool")
    reader = SpoolReader(root, {})

    batch = reader.read(10)
    ended = reader.done(batch)

    assert batch.messages == []
    assert batch.positions == {"worker": Position(2, len(MARK))}
    assert (ended, folder.exists()) == (["worker"], False)


def test_a_worker_measures_again_only_once_it_has_written_its_share(tmp_path: Path) -> None:
    bound = Bound(tmp_path, 1600)
    bound.takes(0, now=0)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "00000001.seg").write_bytes(bytes(1600))

    within = bound.takes(100, now=0)
    bound.wrote(100)
    beyond = bound.takes(1, now=0)

    assert (within, beyond) == (True, False)
