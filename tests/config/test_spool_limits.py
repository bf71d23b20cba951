"""What the spool may take."""

import pytest
from farebox.config.spool_limits import Limits, Spool, limits, problems


@pytest.mark.parametrize(
    ("given", "segment"),
    [
        (Limits(), 8 << 20),
        (Limits(workers=4), 8 << 20),
        (Limits(disk=64 << 20), 8 << 20),
        (Limits(disk=64 << 20, workers=4), 2 << 20),
        (Limits(disk=4 << 20, workers=4), 128 << 10),
    ],
    ids=str,
)
def test_what_is_read_and_not_taken_away_yet_is_a_small_part_of_the_limit(given: Limits, segment: int) -> None:
    assert given.segment == segment
    assert given.segment * given.workers <= given.disk / 8 or given.segment == 8 << 20


@pytest.mark.parametrize(
    ("spool", "workers", "problem"),
    [
        (Spool(), 64, None),
        (Spool(limit=4 << 20, memory=0), 4, None),
        (Spool(limit="4MiB"), 5, "spool.limit: 4MiB is too small: write 5MiB or more"),
        (Spool(limit="1MiB"), 1, "spool.limit: 1MiB is too small: write 4MiB or more"),
        (Spool(limit="1G"), 1, "spool.limit: '1G' is not a size: write a number of bytes, or 64MiB, 1GiB, 2.5GB"),
        (Spool(memory=-1), 1, "spool.memory: '-1' is not a size: write a number of bytes, or 64MiB, 1GiB, 2.5GB"),
    ],
)
def test_what_is_too_little_or_no_size_is_named(spool: Spool, workers: int, problem: str | None) -> None:
    assert list(problems(spool, workers)) == ([problem] if problem else [])


def test_what_is_set_is_what_a_worker_uses() -> None:
    assert limits(Spool(), 1) == Limits()
    assert limits(Spool("2GiB", 5, "always"), 4) == Limits(2 << 30, 5, 4, syncs=True)
