"""`farebox archive`, and reports from what it wrote."""

from datetime import UTC, datetime
from pathlib import Path

from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from sqlalchemy import Engine

from tests.cli.conftest import Command
from tests.support.samples import record

# Before the calls of `home`, which begin in the last days.
PAST = ("--since", "2024-05", "--until", "2024-07")


def past_calls() -> list[Record]:
    """Return calls of May and June 2024."""
    return [
        record(started_at=datetime(2024, month, day, 3, 4, 5, day, tzinfo=UTC), cost_nanousd=day, input_tokens=7)
        for month in (5, 6)
        for day in range(1, 20)
    ]


def test_each_closed_month_becomes_a_file_once(run: Command, engine: Engine, tmp_path: Path) -> None:
    DatabaseSink(engine).write(past_calls(), {})
    folder = str(tmp_path / "archive")

    dry, first, second = run("archive", folder, "--dry-run"), run("archive", folder), run("archive", folder)

    assert dry.out.splitlines()[0] == "calls_2024_05.parquet would be written: 19 calls"
    assert first.out.splitlines()[:2] == [
        "calls_2024_05.parquet written: 19 calls",
        "calls_2024_06.parquet written: 19 calls",
    ]
    assert second.out.splitlines()[1] == "calls_2024_06.parquet is there already: 19 calls"
    assert run("report", *PAST, "--format", "json").out.count("calls") > 0


def test_a_report_of_the_archive_is_that_of_the_ledger(run: Command, engine: Engine, tmp_path: Path) -> None:
    DatabaseSink(engine).write(past_calls(), {})
    run("archive", str(tmp_path / "archive"))

    for by in ("model", "day", "status,provider"):
        asked = ("report", *PAST, "--by", by, "--format", "csv")
        of_ledger, of_archive = run(*asked), run(*asked, "--archive", str(tmp_path / "archive"))
        assert of_archive.out == of_ledger.out
        assert (of_archive.code, of_archive.out.count("\n") > 1) == (0, True)


def test_a_month_that_has_changed_is_an_error(run: Command, engine: Engine, tmp_path: Path) -> None:
    DatabaseSink(engine).write(past_calls(), {})
    run("archive", str(tmp_path / "archive"))
    DatabaseSink(engine).write(past_calls()[:1], {})

    done = run("archive", str(tmp_path / "archive"))

    assert done.code == 1
    assert "calls_2024_05.parquet has not the calls that the ledger has now" in done.err


def test_a_folder_without_an_archive_is_told(run: Command, tmp_path: Path) -> None:
    done = run("report", "--archive", str(tmp_path))

    assert done.code == 1
    assert "has no file such as" in done.err
