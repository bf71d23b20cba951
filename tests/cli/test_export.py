"""`farebox export`: the rows of the ledger in each format, to the nano-dollar."""

import csv
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from farebox.exports.formats import WRITERS, Format
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from farebox.store.engine import writer
from farebox.store.reprices import revise
from farebox.store.summary import Scope
from msgspec.structs import replace
from sqlalchemy import Engine

from tests.support.commands import Done, farebox
from tests.support.exports import READERS, read_lines
from tests.support.samples import AT, record

ROWS = [
    record(started_at=AT + timedelta(days=day), cost_nanousd=10**12 + day, user_id=f"u{day % 3}") for day in range(9)
]


@pytest.fixture
def run(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, engine: Engine, tmp_path: Path
) -> Callable[..., Done]:
    """A ledger of nine days, one of which was priced anew."""
    home = tmp_path / "home"
    home.mkdir()
    DatabaseSink(engine).write(ROWS, {})
    with writer(engine).begin() as connection:
        revise(connection, [(ROWS[4], replace(ROWS[4], cost_nanousd=7))], AT)
    monkeypatch.setenv("FAREBOX_LEDGER", engine.url.render_as_string(hide_password=False))
    return lambda *arguments: farebox(capfd, monkeypatch, *arguments, home=home)


@pytest.mark.parametrize("form", WRITERS)
def test_the_sums_of_an_export_are_those_of_the_ledger(
    run: Callable[..., Done], engine: Engine, tmp_path: Path, form: Format
) -> None:
    done = run("export", "--format", form, "--output", str(tmp_path / "calls"))

    rows = READERS[form]((tmp_path / "calls").read_bytes())
    assert (done.code, done.out, done.err) == (0, "", "")
    assert [row["id"] for row in rows] == [row.id for row in ROWS]
    whole = sum(row["cost_nanousd"] for row in rows)
    assert whole == sum(row["cost_nanousd"] for row in queries.all_calls(engine)) == 8 * 10**12 + 39
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("name", "form"), [("calls.csv", "csv"), ("calls.PARQUET", "parquet"), ("calls.jsonl", "jsonl"), ("calls", "jsonl")]
)
def test_a_file_is_what_its_name_ends_in(run: Callable[..., Done], tmp_path: Path, name: str, form: str) -> None:
    run("export", "--output", str(tmp_path / name))

    assert len(READERS[Format(form)]((tmp_path / name).read_bytes())) == len(ROWS)


@pytest.mark.parametrize(
    ("options", "days"),
    [
        ([], range(9)),
        (["--since", "2026-11-03"], [2]),
        (["--since", "2026-11-03T00:00"], range(2, 9)),
        (["--since", "2026-11-03", "--until", "2026-11-06"], range(2, 5)),
        (["--where", "user=u1"], [1, 4, 7]),
    ],
)
def test_a_part_of_the_ledger_is_exported(run: Callable[..., Done], options: list[str], days: list[int]) -> None:
    out = run("export", *options).out

    assert [row["id"] for row in read_lines(out.encode())] == [ROWS[day].id for day in days]


def test_a_focus_file_has_the_sum_of_the_ledger_and_its_notes_are_on_standard_error(
    run: Callable[..., Done], tmp_path: Path
) -> None:
    done = run("export", "--format", "focus", "--focus-version", "1.3", "--output", str(tmp_path / "focus.csv"))

    charges = list(csv.DictReader((tmp_path / "focus.csv").read_text().splitlines()))
    assert (done.code, done.out, done.err) == (0, "", "")
    assert sum(Decimal(one["BilledCost"]) for one in charges) * 10**9 == 8 * 10**12 + 39
    assert {one["ServiceProviderName"] for one in charges} == {"openai"}


def test_a_file_that_cannot_be_written_is_named_and_what_was_there_stays(
    run: Callable[..., Done], tmp_path: Path
) -> None:
    nowhere = run("export", "--output", str(tmp_path / "no" / "such" / "file"))
    (tmp_path / "full").symlink_to("/dev/full")
    full = run("export", "--output", str(tmp_path / "full"))
    (tmp_path / "old").write_text("old")
    refused = run("export", "--output", str(tmp_path / "old"), "--ledger", "postgresql://127.0.0.1:1/none")

    assert (nowhere.code, full.code, refused.code) == (1, 1, 1)
    assert nowhere.err.startswith(f"farebox: output: {tmp_path}/no/such/file cannot be written (No such file")
    assert full.err.startswith(f"farebox: output: {tmp_path}/full cannot be written (No space left")
    assert ["free some space" in said.err for said in (nowhere, full)] == [False, True]
    assert (tmp_path / "old").read_text() == "old"
    assert not list(tmp_path.glob("*.part"))


def test_a_terminal_is_told_how_far_it_is(tmp_path: Path, engine: Engine) -> None:
    DatabaseSink(engine).write(ROWS, {})
    master, slave = pty.openpty()

    done = subprocess.run(
        [sys.executable, "-m", "farebox", "export", "--ledger", engine.url.render_as_string(hide_password=False)],
        stdout=subprocess.PIPE,
        stderr=slave,
        check=True,
        env={
            **os.environ,
            "FAREBOX_HOME": str(tmp_path),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "TERM": "xterm",
            "COLUMNS": "80",
        },
        timeout=60,
    )
    os.close(slave)

    assert "9/9" in os.read(master, 100_000).decode()
    os.close(master)
    assert len(read_lines(done.stdout)) == len(ROWS)


def test_rows_of_a_scope_come_in_the_order_of_their_start(engine: Engine) -> None:
    DatabaseSink(engine).write(ROWS[::-1], {})

    assert [row["id"] for row in queries.all_calls(engine, Scope(AT + timedelta(days=7)))] == [ROWS[7].id, ROWS[8].id]
    assert queries.number_of_calls(engine, Scope(AT + timedelta(days=7))) == 2
