"""Files of an archive, read."""

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from farebox.errors import FareboxError
from farebox.exports.archive import files
from farebox.exports.archive.months import archive
from farebox.store.months import Month
from farebox.store.sums import Scope
from sqlalchemy import Engine

from tests.store.transfer.ledgers import BEGUN, fill, rows, some_calls

MONTHS = (Month(2026, 9), Month(2026, 10))


@pytest.fixture
def folder(engine: Engine, tmp_path: Path) -> Path:
    fill(engine, some_calls())
    for month in MONTHS:
        archive(engine, month, tmp_path / "archive", dry=False)
    return tmp_path / "archive"


def test_calls_are_read_as_they_were(engine: Engine, folder: Path) -> None:
    assert [call for page in files.pages(folder, Scope()) for call in page] == rows(engine)


def test_only_the_wanted_time_is_read(engine: Engine, folder: Path) -> None:
    start, end = BEGUN + timedelta(hours=6), BEGUN + timedelta(hours=30)
    # Damaged, and not looked at.
    (folder / "calls_2026_10.parquet").write_bytes(b"PAR1")

    found = [call for page in files.pages(folder, Scope(start, end)) for call in page]

    assert found == [row for row in rows(engine) if start <= row.started_at < end]
    assert len(found) == 8


def test_a_file_that_lacks_a_later_column_has_it_unknown(folder: Path) -> None:
    path = folder / "calls_2026_09.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["plan", "duration_ms"]), path)

    assert files.figures(path)["known_duration_ms"] == 0
    assert {call.duration_ms for page in files.pages(folder, Scope(end=MONTHS[1].begins)) for call in page} == {None}


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1 no footer PAR1"])
def test_a_damaged_file_is_named(folder: Path, content: bytes) -> None:
    path = folder / "calls_2026_09.parquet"
    path.write_bytes(content)

    with pytest.raises(FareboxError, match=r"calls_2026_09\.parquet cannot be read as Parquet"):
        files.figures(path)


def test_a_file_that_is_damaged_behind_its_head_is_named(folder: Path) -> None:
    path = folder / "calls_2026_09.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(len(content) // 2) + content[4 + len(content) // 2 :])

    with pytest.raises(FareboxError, match=r"calls_2026_09\.parquet cannot be read as Parquet"):
        files.figures(path)
    with pytest.raises(FareboxError, match=r"calls_2026_09\.parquet cannot be read as Parquet"):
        list(files.pages(folder, Scope()))


def test_another_table_is_no_archive(folder: Path) -> None:
    path = folder / "calls_2026_09.parquet"
    pq.write_table(pq.read_table(path, columns=["id"]), path)

    with pytest.raises(FareboxError, match=r"calls_2026_09\.parquet lacks the column"):
        files.figures(path)


def test_a_folder_without_files_is_told(tmp_path: Path) -> None:
    with pytest.raises(FareboxError, match="has no file such as"):
        list(files.pages(tmp_path, Scope()))
