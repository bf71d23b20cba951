"""How much disk the spools take together."""

from pathlib import Path

import pytest
from farebox.spool.bound import MEASURE_SECONDS, NEAR_MEASURE_SECONDS, Bound, used


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two spools of 100 bytes, one of them under construction, and files that are no segments."""
    for name, number, size in (("one", 1, 60), ("one", 2, 30), (".two", 1, 10)):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / f"{number:08d}.seg").write_bytes(bytes(size))
    (tmp_path / "one" / "lock").write_bytes(bytes(500))
    (tmp_path / "notes.seg").write_bytes(bytes(500))
    return tmp_path


def test_what_is_used_is_the_size_of_all_segments(root: Path) -> None:
    assert used(root) == 100


def test_nothing_is_used_where_nothing_is(tmp_path: Path) -> None:
    assert used(tmp_path / "not there") == 0


def test_the_limit_is_reached_by_what_is_there_and_what_is_written(root: Path) -> None:
    bound = Bound(root, 104)

    taken = [bound.takes(4, now=0)]
    bound.wrote(4)
    taken.append(bound.takes(1, now=0))

    assert taken == [True, False]


@pytest.mark.parametrize(("limit", "pause"), [(130, NEAR_MEASURE_SECONDS), (200, MEASURE_SECONDS)], ids=["near", "far"])
def test_what_others_write_or_take_away_is_seen_at_the_next_measurement(root: Path, limit: int, pause: float) -> None:
    bound = Bound(root, limit)

    before = bound.takes(5, now=0)
    (root / "one" / "00000003.seg").write_bytes(bytes(200))
    meanwhile = bound.takes(5, now=pause / 2)
    full = bound.takes(5, now=pause)
    (root / "one" / "00000003.seg").unlink()
    after = bound.takes(5, now=pause + NEAR_MEASURE_SECONDS)

    assert (before, meanwhile, full, after) == (True, True, False, True)


def test_workers_that_write_between_two_measurements_pass_the_limit_by_no_more_than_a_sixteenth(root: Path) -> None:
    limit = 3200
    bounds = {root / "one" / f"0000001{number}.seg": Bound(root, limit, workers=4) for number in range(4)}
    taken = {bound.takes(0, now=0) for bound in bounds.values()}

    for path, bound in bounds.items():
        with path.open("ab", buffering=0) as file:
            while bound.takes(10, now=0):
                bound.wrote(file.write(bytes(10)))

    assert taken == {True}
    assert limit - 10 < used(root) <= limit + limit // 16
