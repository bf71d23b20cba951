"""The export formats by name."""

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

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


# Each takes the file to write to, and the currency of reports if it is not USD.
WRITERS: Mapping[Format, Callable[..., Writer]] = {
    Format.JSONL: JsonLines,
    Format.CSV: Csv,
    Format.PARQUET: Parquet,
}
