"""Rows as text: a JSON object a line, or CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

import msgspec

from ..records.columns import NAMES

Row = Mapping[str, Any]
_ENCODER = msgspec.json.Encoder()


def in_utc(moment: datetime) -> datetime:
    """Return a time of the ledger with its zone: SQLite keeps none, what it holds is UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def json_lines(rows: Sequence[Row]) -> bytes:
    """Return `rows` as JSON objects, one a line: JSON columns nested, NULL as null, times as RFC 3339 in UTC."""
    return _ENCODER.encode_lines([{**row, "started_at": in_utc(row["started_at"])} for row in rows])


class JsonLines:
    """Writes one JSON object a line."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, rows: Sequence[Row]) -> None:
        """Write `rows`."""
        self._out.write(json_lines(rows))

    def close(self) -> None:
        """End the file: nothing is missing."""


class Csv:
    """Writes a header and a line for each row; text is quoted, so that NULL, an empty cell, is no empty text."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._write([NAMES])

    def write(self, rows: Sequence[Row]) -> None:
        """Write `rows`; JSON columns as JSON text, times as RFC 3339 in UTC."""
        self._write([[_cell(row[name]) for name in NAMES] for row in rows])

    def close(self) -> None:
        """End the file: nothing is missing."""

    def _write(self, lines: Sequence[Sequence[Any]]) -> None:
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_STRINGS, lineterminator="\n").writerows(lines)
        self._out.write(text.getvalue().encode())


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return in_utc(value).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
