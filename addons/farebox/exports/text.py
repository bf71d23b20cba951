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
from ..report.currency import ReportCurrency

Row = Mapping[str, Any]
# The column beside the exact `cost_nanousd`, for spreadsheets.
USD = "usd"
_ENCODER = msgspec.json.Encoder()


def json_lines(rows: Sequence[Row], currency: ReportCurrency | None = None) -> bytes:
    """Return `rows` as JSON objects, one per line: JSON columns nested, NULL as null, times as RFC 3339 in UTC.

    The cost in another `currency` comes last, in billionths of its unit.
    """
    lines = [{**row, "started_at": in_utc(row["started_at"])} for row in rows]
    if currency is not None:
        name = f"cost_nano{currency.code.lower()}"
        lines = [line | {name: _converted(line, currency)} for line in lines]
    return _ENCODER.encode_lines(lines)


def _converted(row: Row, currency: ReportCurrency) -> int | None:
    return currency.converted(row["cost_nanousd"], in_utc(row["started_at"])).nano


def amounts(row: Row, currency: ReportCurrency | None) -> dict[str, Decimal | None]:
    """Return the cost of `row` in USD and in `currency` by their columns: exact to nine decimals, None if unknown."""
    found = {USD: _decimal(row["cost_nanousd"])}
    return found if currency is None else found | {currency.code.lower(): _decimal(_converted(row, currency))}


def amount_names(currency: ReportCurrency | None) -> list[str]:
    """Return the columns that `amounts` has."""
    return [USD] if currency is None else [USD, currency.code.lower()]


def _decimal(nano: int | None) -> Decimal | None:
    return None if nano is None else Decimal(nano).scaleb(-9)


class JsonLines:
    """Writes one JSON object per line."""

    def __init__(self, out: BinaryIO, currency: ReportCurrency | None = None) -> None:
        self._out = out
        self._currency = currency

    def write(self, rows: Sequence[Row]) -> None:
        """Write `rows`."""
        self._out.write(json_lines(rows, self._currency))

    def close(self) -> None:
        """Do nothing: every row is written."""


class Csv:
    """Writes a header and a line for each row; text is quoted to distinguish empty text from NULL, an empty cell."""

    def __init__(self, out: BinaryIO, currency: ReportCurrency | None = None) -> None:
        self._out = out
        self._currency = currency
        self._write([(*NAMES, *amount_names(currency))])

    def write(self, rows: Sequence[Row]) -> None:
        """Write `rows`; JSON columns as JSON text, times as RFC 3339 in UTC."""
        costs = (map(_plain, amounts(row, self._currency).values()) for row in rows)
        self._write([[*[_cell(row[name]) for name in NAMES], *cost] for row, cost in zip(rows, costs, strict=True)])

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
