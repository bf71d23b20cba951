"""Availability as a table and as JSON."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..analysis.availability import FAILURES, Availability
from .figures import UNKNOWN, count
from .table import UNKNOWN_KEY

_DIGITS = 10_000


def availability_table(title: str, by: str, found: Sequence[Availability]) -> RenderableType:
    """Return a row per name."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    table.add_column(by, overflow="fold")
    for column in ("available", "calls", *FAILURES, "not counted"):
        table.add_column(column.replace("_", " "), justify="right", no_wrap=True)
    for one in found:
        failures = (str(one.failures[kind] or "") for kind in FAILURES)
        figures = (percent(one.ratio), count(one.calls), *failures, str(one.not_counted or ""))
        table.add_row(*map(Text, (one.name or UNKNOWN_KEY, *figures)))
    return table


def availability_json(by: str, found: Sequence[Availability]) -> bytes:
    """Return a JSON list of the names with their counts; `available` is null if no call counts."""
    rows = [
        {
            by: one.name,
            "available": None if one.ratio is None else round(float(one.ratio), 6),
            "calls": one.calls,
            "answered": one.answered,
            **{kind: one.failures[kind] for kind in FAILURES},
            "not_counted": one.not_counted,
        }
        for one in found
    ]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n"


def percent(ratio: Fraction | None) -> str:
    """Return a share with two digits, rounded down: 100.00% means that every call was answered."""
    if ratio is None:
        return UNKNOWN
    whole, rest = divmod(ratio.numerator * _DIGITS // ratio.denominator, 100)
    return f"{whole}.{rest:02}%"
