"""The export formats by name."""

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO, Protocol

from .parquet import Parquet
from .text import Csv, JsonLines, Row


class Format(enum.StrEnum):
    """The output formats of `export`."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    FOCUS = "focus"


class Writer(Protocol):
    """Writes rows of `calls` to a file, which is complete after `close`."""

    def write(self, rows: Sequence[Row]) -> None: ...

    def close(self) -> None: ...


WRITERS: Mapping[Format, Callable[[BinaryIO], Writer]] = {
    Format.JSONL: JsonLines,
    Format.CSV: Csv,
    Format.PARQUET: Parquet,
}
