"""Rows as Parquet, by pyarrow, which the extra `parquet` brings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from ..errors import SettingsError
from ..home.installation import extra_command
from ..records.columns import COLUMNS
from ..records.times import in_utc
from .text import USD, Row, usd_of

# Rows of a group: enough to compress well, few enough to hold.
_GROUP = 20_000


class Parquet:
    """Writes Parquet: counts and money as int64, the cost also in USD, times in UTC, JSON columns as text."""

    def __init__(self, out: BinaryIO) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415 - an extra: who exports no Parquet does without
            from pyarrow import parquet  # noqa: PLC0415
        except ImportError as error:
            raise SettingsError(
                f"format: parquet needs pyarrow, which is not installed: {extra_command('parquet')}, or choose "
                "jsonl or csv"
            ) from error
        self._table = pa.Table
        self._schema = _schema(pa)
        self._file = parquet.ParquetWriter(out, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def write(self, rows: Sequence[Row]) -> None:
        """Write `rows`; up to a group of them waits for more."""
        self._rows += ({name: _cell(value) for name, value in row.items()} | {USD: usd_of(row)} for row in rows)
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


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return in_utc(value) if isinstance(value, datetime) else value


def _schema(pa: Any) -> Any:
    kinds = {int: pa.int64(), bool: pa.bool_(), datetime: pa.timestamp("us", tz="UTC")}
    usd = pa.field(USD, pa.decimal128(20, 9))
    fields = (pa.field(one.name, kinds.get(one.kind, pa.string()), nullable=one.is_nullable) for one in COLUMNS)
    return pa.schema([*fields, usd])
