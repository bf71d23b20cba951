"""What is exported is the ledger, in each format: row for row, to the nano-dollar."""

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.csv
import pytest
from farebox.exports.formats import WRITERS, Format
from farebox.exports.text import json_lines
from farebox.records.columns import NAMES
from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from farebox.store.engine import writer
from farebox.store.reprices import revise
from farebox.store.summary import Scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pyarrow import parquet
from sqlalchemy import Engine

from tests.support.commands import Done, farebox
from tests.support.samples import AT, record

TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NUMBERS = st.none() | st.integers(0, 2**63 - 1)
JSON_COLUMNS = ("units", "raw_usage", "cost_reasons", "tags", "parts")
Read = Callable[[bytes], list[dict[str, Any]]]


def read_lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def read_csv(content: bytes) -> list[dict[str, Any]]:
    """Read CSV as the ledger's types say; an empty cell without quotes is NULL."""
    told = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(NAMES, pyarrow.string()),
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
    )
    lines = pyarrow.csv.ParseOptions(newlines_in_values=True)
    rows = pyarrow.csv.read_csv(io.BytesIO(content), parse_options=lines, convert_options=told).to_pylist()
    return [{name: _typed(name, value) for name, value in row.items()} for row in rows]


def _typed(name: str, value: str | None) -> Any:
    kind = str(Record.__annotations__[name])
    if value is None or not ("int" in kind or "bool" in kind or "dict" in kind or "list" in kind):
        return value
    return json.loads(value)


def read_parquet(content: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = parquet.read_table(io.BytesIO(content)).to_pylist()
    return [{name: _plain(name, value) for name, value in row.items()} for row in rows]


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    kind = str(Record.__annotations__[name])
    return json.loads(value) if value is not None and ("dict" in kind or "list" in kind) else value


READERS: Mapping[Format, Read] = {Format.JSONL: read_lines, Format.CSV: read_csv, Format.PARQUET: read_parquet}


@st.composite
def records(draw: st.DrawFn) -> Record:
    names = ("model_requested", "user_id", "finish_reason", "error_code")
    return record(
        started_at=AT + timedelta(microseconds=draw(st.integers(0, 10**12))),
        cost_nanousd=draw(NUMBERS),
        input_tokens=draw(NUMBERS),
        status=draw(st.none() | st.just(200)),
        streamed=draw(st.none() | st.booleans()),
        units=draw(st.none() | st.just({"images": 2})),
        raw_usage=draw(st.none() | st.just({"a": {"b": [1, None, True, 0.5]}})),
        cost_reasons=draw(st.none() | st.lists(st.sampled_from(["no_price:images", ',"\n']))),
        tags=draw(st.none() | st.just({"x-team": "line\nbreak \N{GRINNING FACE}"})),
        **{name: draw(TEXTS) for name in names},
    )


def as_told(row: Record) -> dict[str, Any]:
    return {**msgspec.structs.asdict(row), "started_at": row.started_at.isoformat().replace("+00:00", "Z")}


@pytest.mark.parametrize("form", Format)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(records(), max_size=8), parts=st.integers(1, 4))
def test_what_is_read_is_what_was_written(form: Format, rows: list[Record], parts: int) -> None:
    out = io.BytesIO()

    written = WRITERS[form](out)
    for first in range(0, len(rows), parts):
        written.write([msgspec.structs.asdict(row) for row in rows[first : first + parts]])
    written.close()

    assert READERS[form](out.getvalue()) == [as_told(row) for row in rows]


def test_parquet_has_the_types_of_the_ledger() -> None:
    out = io.BytesIO()
    written = WRITERS[Format.PARQUET](out)
    written.write([msgspec.structs.asdict(record())])
    written.close()

    schema = parquet.read_schema(io.BytesIO(out.getvalue()))
    assert tuple(schema.names) == NAMES
    told = {name: str(schema.field(name).type) for name in ("id", "started_at", "cost_nanousd", "streamed", "tags")}
    assert told == {
        "id": "string",
        "started_at": "timestamp[us, tz=UTC]",
        "cost_nanousd": "int64",
        "streamed": "bool",
        "tags": "string",
    }
    assert {field.name for field in schema if not field.nullable} == {
        *("id", "started_at", "provider", "host", "outcome", "usage_source", "cost_status")
    }


def test_parquet_is_written_in_groups() -> None:
    out = io.BytesIO()
    written = WRITERS[Format.PARQUET](out)
    row = msgspec.structs.asdict(record())
    for _ in range(45):
        written.write([row] * 1_000)
    written.close()

    file = parquet.ParquetFile(io.BytesIO(out.getvalue()))
    assert [file.metadata.row_group(place).num_rows for place in range(file.num_row_groups)] == [20_000, 20_000, 5_000]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2026, 11, 1, 12, 30, 15, 250000), "2026-11-01T12:30:15.250000Z"),  # noqa: DTZ001 - as SQLite gives it
        (datetime(2026, 11, 1, 12, 30, 15, tzinfo=UTC), "2026-11-01T12:30:15Z"),
        (datetime(2026, 11, 1, 12, 30, 15, tzinfo=timezone(timedelta(hours=2))), "2026-11-01T10:30:15Z"),
    ],
    ids=["without a zone", "UTC", "another zone"],
)
def test_times_are_rfc_3339_in_utc(at: datetime, told: str) -> None:
    row = msgspec.structs.asdict(record(started_at=at))

    for form in Format:
        out = io.BytesIO()
        written = WRITERS[form](out)
        written.write([row])
        written.close()
        assert READERS[form](out.getvalue())[0]["started_at"] == told


def test_a_line_has_every_column_in_order_and_null_is_null() -> None:
    line = json_lines([msgspec.structs.asdict(record())])

    found = json.loads(line)
    assert tuple(found) == NAMES
    assert (found["cost_nanousd"], found["units"], found["streamed"]) == (None, None, None)
    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")


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


@pytest.mark.parametrize("form", Format)
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


def test_parquet_without_pyarrow_names_the_extra(tmp_path: Path) -> None:
    without = "import sys; sys.modules['pyarrow'] = None; from farebox.cli.main import main; main()"

    done = subprocess.run(
        [sys.executable, "-c", without, "export", "--format", "parquet", "--output", str(tmp_path / "calls")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "FAREBOX_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=60,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install 'farebox[parquet]'" in done.stderr
    assert not (tmp_path / "calls").exists()


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
