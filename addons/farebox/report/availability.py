"""Availability as a table and as JSON."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..analysis.availability import FAILURES, Availability
from .figures import UNKNOWN, count
from .table import UNKNOWN_KEY

_DIGITS = 10_000
_GAP = 2
_SHORTEST_NAME = 5


def availability_table(title: str, by: str, found: Sequence[Availability], *, width: int = 160) -> RenderableType:
    """Return a row per name. Columns that do not fit into `width` characters are left out, empty ones first."""
    rows = [_figures(one) for one in found]
    names = [one.name or UNKNOWN_KEY for one in found]
    shown = _fitting(rows, width - max([len(by), *(len(name) for name in names)]))
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    table.add_column(by, overflow="fold", min_width=_SHORTEST_NAME)
    for column in shown:
        table.add_column(column, justify="right", no_wrap=True)
    for name, row in zip(names, rows, strict=True):
        table.add_row(Text(name), *(Text(row[column]) for column in shown))
    return table


def _figures(one: Availability) -> dict[str, str]:
    failures = {kind.replace("_", " "): str(one.failures[kind] or "") for kind in FAILURES}
    counts = {"available": percent(one.ratio), "calls": count(one.calls)}
    return {**counts, **failures, "not counted": str(one.not_counted or "")}


def _fitting(rows: Sequence[Mapping[str, str]], room: int) -> list[str]:
    """Return the columns that fit into `room`: the first always does."""
    shown = list(rows[0]) if rows else ["available", "calls"]
    sizes = {name: _GAP + max([len(name), *(len(row[name]) for row in rows)]) for name in shown}
    empty = [name for name in shown if not any(row[name] for row in rows)]
    for name in [*empty[::-1], *(name for name in shown[:0:-1] if name not in empty)]:
        if sum(sizes[one] for one in shown) > room:
            shown.remove(name)
    return shown


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
