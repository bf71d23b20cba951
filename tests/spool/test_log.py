"""What the spool tells the person who runs farebox: which file, which error, and how to mend it."""

import errno
import filecmp
import os
from pathlib import Path

import pytest
from farebox.config.spool_limits import Limits
from farebox.spool.reader import SpoolReader
from farebox.spool.segments import dead_lettered
from farebox.spool.writer import SpoolWriter

from tests.spool.conftest import NewWriter
from tests.support.spools import gone


def test_a_damaged_segment_is_named_with_its_copy_and_the_fix(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = gone(root, "worker") / "00000001.seg"
    path.write_bytes(b"this is not a segment of a spool")

    SpoolReader(root, {}).read(10)

    kept = root.with_name("dead-letter") / "worker-00000001.seg"
    assert [record.getMessage() for record in caplog.records] == [
        f"spool segment {path} is damaged and kept as {kept}: it is not a spool segment: check that disk"
    ]


def test_a_disk_that_takes_a_part_of_a_write_is_told_as_full(
    root: Path, new_writer: NewWriter, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = new_writer()
    monkeypatch.setattr(spool._folder, "append", lambda frames: len(frames) - 1)

    assert not spool.append(b"one")
    assert (
        caplog.records[-1]
        .getMessage()
        .startswith(f"spool {root / 'worker'} cannot be written (No space left on device): free some space there; ")
    )
    monkeypatch.undo()


def test_the_folder_is_named_that_can_be_written_again(
    root: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = SpoolWriter(root, "worker", Limits(memory=1))
    monkeypatch.setattr(spool._folder, "append", lambda _frames: 0)
    spool.append(b"lost")
    monkeypatch.undo()

    spool._not_before = 0
    spool.append(b"2")
    spool.close()

    assert caplog.records[-1].getMessage() == f"spool {root / 'worker'} can be written again; 1 calls were lost"


def test_a_writer_has_the_name_of_its_folder_and_makes_the_folders_above(tmp_path: Path) -> None:
    root = tmp_path / "a new home" / "spool"
    spool = SpoolWriter(root, "worker-7")

    assert spool.append(b"one")
    assert (root / spool.name / "00000001.seg").exists()
    spool.close()


@pytest.mark.parametrize(("workers", "within"), [(1, True), (2, False)])
def test_more_workers_measure_the_spool_after_fewer_bytes(root: Path, *, workers: int, within: bool) -> None:
    spool = SpoolWriter(root, "worker", Limits(disk=1600, workers=workers))
    spool.append(b"first")
    (root / "other").mkdir()
    (root / "other" / "00000001.seg").write_bytes(bytes(1600))

    assert spool.append(bytes(60)) == within
    spool.close()


def test_a_dead_letter_that_cannot_be_read_is_another_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = gone(root, "worker", b"one")
    dead_letters = root.with_name("dead-letter")
    dead_letters.mkdir()
    (dead_letters / "worker-00000001.seg").write_bytes((folder / "00000001.seg").read_bytes())
    monkeypatch.setattr(filecmp, "cmp", _refused)

    assert dead_lettered(folder / "00000001.seg", dead_letters) == dead_letters / "worker-00000001.2.seg"


def _refused(*_arguments: object, **_options: object) -> None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
