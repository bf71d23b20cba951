"""Rows as text: one JSON object per line, or CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

import msgspec

from ..records.clean import spreadsheet_cell, visible
from ..records.columns import NAMES
from ..records.times import in_utc

Row = Mapping[str, Any]
# The column beside the exact `cost_nanousd`, for spreadsheets.
USD = "usd"
_ENCODER = msgspec.json.Encoder()


def json_lines(rows: Sequence[Row]) -> bytes:
    """Return `rows` as JSON objects, one per line: JSON columns nested, NULL as null, times as RFC 3339 in UTC."""
    return _ENCODER.encode_lines([{**row, "started_at": in_utc(row["started_at"])} for row in rows])


def usd_of(row: Row) -> Decimal | None:
    """Return the cost of `row` in USD, exact, None if it is unknown."""
    cost = row["cost_nanousd"]
    return None if cost is None else Decimal(cost).scaleb(-9)


class JsonLines:
    """Writes one JSON object per line."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, rows: Sequence[Row]) -> None:
        """Write `rows`."""
        self._out.write(json_lines(rows))

    def close(self) -> None:
        """Do nothing: every row is written."""


class Csv:
    """Writes a header and a line for each row; text is quoted to distinguish empty text from NULL, an empty cell."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._write([(*NAMES, USD)])

    def write(self, rows: Sequence[Row]) -> None:
        """Write `rows`; JSON columns as JSON text, times as RFC 3339 in UTC."""
        self._write([[*[_cell(row[name]) for name in NAMES], _plain(usd_of(row))] for row in rows])

    def close(self) -> None:
        """Do nothing: every row is written."""

    def _write(self, lines: Sequence[Sequence[Any]]) -> None:
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_STRINGS, lineterminator="\n").writerows(lines)
        self._out.write(text.getvalue().encode())


class _Plain(Decimal):
    """A number whose text has no exponent, which some spreadsheets read as text."""

    def __str__(self) -> str:
        return format(self, "f")


def _plain(number: Decimal | None) -> Decimal | None:
    return None if number is None else _Plain(number)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return visible(msgspec.json.encode(value).decode())
    if isinstance(value, str):
        return spreadsheet_cell(value)
    return in_utc(value).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
