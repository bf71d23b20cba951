"""Readers of exported files, for tests."""

import io
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pyarrow.csv
from farebox.exports.formats import Format
from farebox.records.columns import NAMES
from farebox.records.record import Record
from pyarrow import parquet

Read = Callable[[bytes], list[dict[str, Any]]]


def read_lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def read_csv(content: bytes) -> list[dict[str, Any]]:
    """Read CSV as the ledger's types say; an empty cell without quotes is NULL."""
    types = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(NAMES, pyarrow.string()),
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
    )
    lines = pyarrow.csv.ParseOptions(newlines_in_values=True)
    rows = pyarrow.csv.read_csv(io.BytesIO(content), parse_options=lines, convert_options=types).to_pylist()
    return [{name: _typed(name, value) for name, value in row.items() if name in NAMES} for row in rows]


def _typed(name: str, value: str | None) -> Any:
    kind = str(Record.__annotations__[name])
    if value is None or not ("int" in kind or "bool" in kind or "dict" in kind or "list" in kind):
        return value
    return json.loads(value)


def read_parquet(content: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = parquet.read_table(io.BytesIO(content)).to_pylist()
    return [{name: _plain(name, value) for name, value in row.items() if name in NAMES} for row in rows]


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    kind = str(Record.__annotations__[name])
    return json.loads(value) if value is not None and ("dict" in kind or "list" in kind) else value


READERS: Mapping[Format, Read] = {Format.JSONL: read_lines, Format.CSV: read_csv, Format.PARQUET: read_parquet}
