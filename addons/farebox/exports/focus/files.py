"""Files of charges: CSV, or Parquet by pyarrow, which the extra `parquet` brings."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, Protocol

from ...records.clean import spreadsheet_cell
from ..parquet import Table
from .columns import Column
from .rows import Row

# Parquet's decimals have 38 digits at most.
_DIGITS, _DECIMALS = 38, 18
_TICK = Decimal(1).scaleb(-_DECIMALS)


class ChargeFile(Protocol):
    """Writes rows of FOCUS to a file, which is complete after `close`."""

    def write(self, row: Row) -> None: ...

    def close(self) -> None: ...


class CsvCharges:
    """Writes a header and a line for each charge; an unknown value is an empty cell."""

    def __init__(self, out: BinaryIO, columns: Sequence[Column]) -> None:
        self._out = out
        self._columns = columns
        self._put([one.name for one in columns])

    def write(self, row: Row) -> None:
        """Write `row`."""
        self._put(_cell(row.get(one.name)) for one in self._columns)

    def close(self) -> None:
        """Do nothing: every row is written."""

    def _put(self, cells: Iterable[str | None]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(cells)
        self._out.write(text.getvalue().encode())


class ParquetCharges:
    """Writes Parquet: amounts as decimals with eighteen places, times in UTC, JSON objects as text."""

    def __init__(self, out: BinaryIO, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._table = Table(out, lambda pa: [(one.name, _kind(pa, one.kind), True) for one in columns])

    def write(self, row: Row) -> None:
        """Write `row`; up to a group of them waits for more."""
        self._table.add([{one.name: _rounded(row.get(one.name)) for one in self._columns}])

    def close(self) -> None:
        """End the file: nothing is missing."""
        self._table.close()


def _kind(pa: Any, kind: type) -> Any:
    return {Decimal: pa.decimal128(_DIGITS, _DECIMALS), datetime: pa.timestamp("us", tz="UTC")}.get(kind, pa.string())


def _rounded(value: Any) -> Any:
    return value.quantize(_TICK) if isinstance(value, Decimal) and value != value.quantize(_TICK) else value


def _cell(value: Any) -> str | None:
    match value:
        case Decimal():
            # Readers that guess types from the text take a number without a point for an integer.
            text = f"{value:f}"
            return text if "." in text else f"{text}.0"
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case str():
            return spreadsheet_cell(value)
    return None
