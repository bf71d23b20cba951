"""Parquet files with the types of the ledger."""

import io
import os
import subprocess
import sys
from pathlib import Path

import msgspec
from farebox.exports.formats import WRITERS, Format
from farebox.records.columns import NAMES
from pyarrow import parquet

from tests.support.samples import record


def test_parquet_has_the_types_of_the_ledger() -> None:
    out = io.BytesIO()
    written = WRITERS[Format.PARQUET](out)
    written.write([msgspec.structs.asdict(record())])
    written.close()

    schema = parquet.read_schema(io.BytesIO(out.getvalue()))
    assert tuple(schema.names) == (*NAMES, "usd")
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
    assert "[parquet]'" in done.stderr
    assert not (tmp_path / "calls").exists()
