"""Rows as Parquet, by pyarrow, which the extra `parquet` brings."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from ..errors import SettingsError
from ..home.installation import extra_command
from ..records.columns import COLUMNS
from ..records.times import in_utc
from ..report.currency import ReportCurrency
from .text import Row, amount_names, amounts

# Rows of a group: enough to compress well, few enough to hold.
_GROUP = 20_000

# Of each column the name, pyarrow's type, and whether it can be null; the argument is pyarrow.
Fields = Callable[[Any], Iterable[tuple[str, Any, bool]]]


class Table:
    """A Parquet file of rows that are mappings; SettingsError if pyarrow is not installed."""

    def __init__(self, out: BinaryIO, fields: Fields) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415 - an extra: who exports no Parquet does without
            from pyarrow import parquet  # noqa: PLC0415
        except ImportError as error:
            raise SettingsError(
                f"format: parquet needs pyarrow, which is not installed: {extra_command('parquet')}, or choose "
                "jsonl or csv"
            ) from error
        self._table = pa.Table
        self._schema = pa.schema([pa.field(name, kind, nullable=can_be_null) for name, kind, can_be_null in fields(pa)])
        self._file = parquet.ParquetWriter(out, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        """Write `rows`; up to a group of them waits for more."""
        self._rows += rows
        while len(self._rows) >= _GROUP:
            self._put(self._rows[:_GROUP])
            del self._rows[:_GROUP]

    def close(self) -> None:
        """End the file: nothing is missing."""
        if self._rows:
            self._put(self._rows)
        self._file.close()

    def _put(self, rows: list[dict[str, Any]]) -> None:
        self._file.write_table(self._table.from_pylist(rows, schema=self._schema))


class Parquet:
    """Writes Parquet: counts and money as int64, the cost also in USD and in `currency`, JSON columns as text."""

    def __init__(self, out: BinaryIO, currency: ReportCurrency | None = None) -> None:
        self._currency = currency
        self._table = Table(out, self._fields)

    def write(self, rows: Sequence[Row]) -> None:
        """Write `rows`; up to a group of them waits for more."""
        self._table.add(
            {name: _cell(value) for name, value in row.items()} | amounts(row, self._currency) for row in rows
        )

    def close(self) -> None:
        """End the file: nothing is missing."""
        self._table.close()

    def _fields(self, pa: Any) -> list[tuple[str, Any, bool]]:
        kinds = {int: pa.int64(), bool: pa.bool_(), datetime: pa.timestamp("us", tz="UTC")}
        columns = [(one.name, kinds.get(one.kind, pa.string()), one.is_nullable) for one in COLUMNS]
        return [*columns, *((name, pa.decimal128(20, 9), True) for name in amount_names(self._currency))]


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return in_utc(value) if isinstance(value, datetime) else value
