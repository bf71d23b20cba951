"""Months of a ledger as files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from farebox.errors import FareboxError, SettingsError
from farebox.exports.archive import files
from farebox.exports.archive.months import archive, closed
from farebox.store.months import Month
from farebox.store.transfer.pages import Priced
from farebox.store.transfer.target import target_of
from sqlalchemy import Engine

from tests.store.transfer.ledgers import fill, reprice, rows, some_calls
from tests.support.samples import record

SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)


def test_months_are_closed_a_day_after_their_end(engine: Engine) -> None:
    fill(engine, some_calls())

    end = OCTOBER.begins
    assert list(closed(engine, end + timedelta(hours=23))) == []
    assert list(closed(engine, end + timedelta(days=1))) == [SEPTEMBER]
    assert list(closed(engine, datetime(2027, 5, 1, tzinfo=UTC))) == [SEPTEMBER, OCTOBER]


def test_a_file_has_the_calls_of_its_month_at_current_prices(engine: Engine, tmp_path: Path) -> None:
    fill(engine, some_calls())
    reprice(engine, [rows(engine)[3].id], 77)

    found, is_new = archive(engine, SEPTEMBER, tmp_path / "archive", dry=False)

    path = tmp_path / "archive" / "calls_2026_09.parquet"
    table = pq.read_table(path).to_pylist()
    assert is_new
    assert found["calls"] == 17
    assert [row["id"] for row in table] == [row.id for row in rows(engine)[:17]]
    assert [row["cost_nanousd"] for row in table] == [row.cost_nanousd for row in rows(engine)[:17]]
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_there_is_compared_and_never_replaced(engine: Engine, tmp_path: Path) -> None:
    fill(engine, some_calls())
    archive(engine, SEPTEMBER, tmp_path, dry=False)
    path = tmp_path / "calls_2026_09.parquet"
    before = path.read_bytes()
    assert archive(engine, SEPTEMBER, tmp_path, dry=False)[1] is False
    fill(engine, [record(started_at=SEPTEMBER.begins, input_tokens=1)])

    for dry in (False, True):
        with pytest.raises(FareboxError, match="has not the calls that the ledger has now"):
            archive(engine, SEPTEMBER, tmp_path, dry=dry)

    assert path.read_bytes() == before


def test_a_dry_run_writes_nothing(engine: Engine, tmp_path: Path) -> None:
    fill(engine, some_calls(3))

    assert archive(engine, SEPTEMBER, tmp_path / "archive", dry=True)[1] is True
    assert not (tmp_path / "archive").exists()


def test_a_folder_that_cannot_be_is_told(engine: Engine, tmp_path: Path) -> None:
    fill(engine, some_calls(3))
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match=r"file/archive/calls_2026_09\.parquet cannot be written"):
        archive(engine, SEPTEMBER, tmp_path / "file" / "archive", dry=False)


def test_clickhouse_is_archived_too(clickhouse_ledger: Engine, tmp_path: Path) -> None:
    calls = some_calls(20)
    target_of(clickhouse_ledger).put([Priced(call) for call in calls])

    found, _ = archive(clickhouse_ledger, SEPTEMBER, tmp_path, dry=False)

    assert files.figures(tmp_path / "calls_2026_09.parquet") == found
    assert found["calls"] == 17
