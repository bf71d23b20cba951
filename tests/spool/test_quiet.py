"""A spool with nothing to read is looked through again as soon as anything in it changes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.home import lockfile
from farebox.spool.quiet import Quiet


def spool(root: Path) -> tuple[Path, Path]:
    """Make the spool of a worker with a segment."""
    folder = root / "worker"
    folder.mkdir(parents=True)
    (folder / "lock").touch()
    segment = folder / "00000001.seg"
    segment.write_bytes(b"mark")
    for one in (root, folder):
        # A file system's clock may not tell what comes right after this.
        os.utime(one, (0, 0))
    return folder, segment


def looked(quiet: Quiet, folder: Path, segment: Path, times: int = 2) -> None:
    for _ in range(times):
        assert not quiet.is_sure()
        quiet.looked({folder: segment}, found=False)


def test_a_spool_that_stays_as_it_was_is_quiet(tmp_path: Path) -> None:
    quiet = Quiet(tmp_path)
    looked(quiet, *spool(tmp_path))

    assert quiet.is_sure()


def test_the_first_look_at_a_file_proves_nothing_of_the_time_before_it(tmp_path: Path) -> None:
    quiet = Quiet(tmp_path)
    looked(quiet, *spool(tmp_path), times=1)

    assert not quiet.is_sure()


def appended(folder: Path, segment: Path) -> None:
    segment.write_bytes(b"mark and more")


def another_segment(folder: Path, segment: Path) -> None:
    (folder / "00000002.seg").touch()


def another_worker(folder: Path, segment: Path) -> None:
    (folder.parent / "other").mkdir()


def removed(folder: Path, segment: Path) -> None:
    segment.unlink()


@pytest.mark.parametrize("change", [appended, another_segment, another_worker, removed])
def test_each_change_ends_the_quiet(change: Callable[[Path, Path], None], tmp_path: Path) -> None:
    quiet, places = Quiet(tmp_path), spool(tmp_path)
    looked(quiet, *places)
    change(*places)

    assert not quiet.is_sure()


def test_a_worker_that_leaves_ends_the_quiet(tmp_path: Path) -> None:
    quiet, (folder, segment) = Quiet(tmp_path), spool(tmp_path)
    with lockfile.held(folder / "lock"):
        looked(quiet, folder, segment)
        assert quiet.is_sure()

    assert not quiet.is_sure()


def test_something_to_read_is_never_quiet(tmp_path: Path) -> None:
    quiet, (folder, segment) = Quiet(tmp_path), spool(tmp_path)
    looked(quiet, folder, segment, times=1)
    quiet.is_sure()
    quiet.looked({folder: segment}, found=True)

    assert not quiet.is_sure()


def test_after_a_second_all_is_looked_through_again(tmp_path: Path) -> None:
    now = [0.0]
    quiet = Quiet(tmp_path, clock=lambda: now[0])
    looked(quiet, *spool(tmp_path))
    now[0] = 0.9
    assert quiet.is_sure()
    now[0] = 1.1

    assert not quiet.is_sure()


def test_a_spool_that_cannot_be_seen_is_not_quiet(tmp_path: Path) -> None:
    quiet = Quiet(tmp_path / "absent")
    quiet.is_sure()
    quiet.looked({}, found=False)

    assert not quiet.is_sure()
