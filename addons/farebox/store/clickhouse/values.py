"""Values as ClickHouse's SQL and its tab-separated answers write them. Pure."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ...records.times import in_utc

# Before this version, a time has no parts of a second: it is stored as microseconds since 1970.
FIRST_WITH_MICROSECONDS = (20, 1)
# The first version whose tables know insert tokens, projections, skipping indexes and codecs.
MODERN = (24, 1)
# What DateTime64 can represent.
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2299, 12, 31, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "r": "\r", "n": "\n", "t": "\t", "0": "\0", "a": "\a", "v": "\v"}
_WRAPPED = re.compile(r"^(?:Nullable|LowCardinality)\((.*)\)$")

Version = tuple[int, ...]


def micros(moment: datetime) -> int:
    """Return `moment` in microseconds since 1970."""
    return (in_utc(moment) - _EPOCH) // _MICROSECOND


def moment_of(number: int) -> datetime:
    """Return the time of `micros`."""
    return _EPOCH + number * _MICROSECOND


def text_of(moment: datetime) -> str:
    """Return `moment` as DateTime64 reads it, at the nearest time that it can represent."""
    return f"{min(max(in_utc(moment), _EARLIEST), _LATEST):%Y-%m-%d %H:%M:%S.%f}"


def quoted(text: str) -> str:
    """Return `text` as a literal."""
    plain = text.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0")
    return f"'{plain}'"


def literal(value: Any, version: Version) -> str:
    """Return `value` as a literal of SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return (
            f"toDateTime64('{text_of(value)}', 6, 'UTC')" if version >= FIRST_WITH_MICROSECONDS else str(micros(value))
        )
    if isinstance(value, int | float):
        return repr(value)
    return quoted(str(value))


def reader(kind: str) -> Callable[[str], Any]:
    """Return a function that reads the text of a column of type `kind`."""
    while found := _WRAPPED.match(kind):
        kind = found.group(1)
    if kind.startswith(("Int", "UInt")):
        return _or_none(int)
    if kind.startswith(("Float", "Decimal")):
        return _or_none(float)
    if kind.startswith("DateTime"):
        return _or_none(lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC))
    if kind.startswith(("Array(Int", "Array(UInt")):
        return lambda text: [int(number) for number in text.strip("[]").split(",") if number]
    return _or_none(_unescaped)


def _or_none(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: None if text == "\\N" else read(text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found.group(1), found.group(1)), text) if "\\" in text else text


def row_of(line: str, readers: Sequence[Callable[[str], Any]]) -> tuple[Any, ...]:
    """Return the values of a line of an answer; ValueError if it has another number of them."""
    return tuple(read(text) for read, text in zip(readers, line.split("\t"), strict=True))
