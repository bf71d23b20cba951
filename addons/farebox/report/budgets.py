"""Budgets as a table for people, and as JSON and CSV with exact amounts."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

import msgspec
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..budgets.figures import Figures
from ..config.budget_limits import USD
from ..config.budgets import Budget
from ..records.clean import spreadsheet_row
from . import figures as numbers
from . import styles
from .figures import plural

_BAR = 14
_NEARLY = 0.8
_PERCENT = 10_000
# The columns that a narrow terminal drops, in this order.
_DISPENSABLE = ("", "burn 1h", "ends", "unknown", "forecast", "left")


def budgets_table(
    found: Sequence[Figures], budgets: Sequence[Budget], zone: tzinfo, *, width: int = 160
) -> RenderableType:
    """Return the figures as a table, and below it notes on what is not known.

    Columns that do not fit into `width` characters are left out, not cut.
    """
    rows = [(_style(one), _row(one, zone)) for one in found]
    shown = _fitting([row for _, row in rows], width)
    table = Table(title="Budgets", title_justify="left", title_style="bold", header_style="dim", box=None)
    for name in shown:
        is_text = name in {"budget", "window", ""}
        table.add_column(name, justify="left" if is_text else "right", no_wrap=name != "budget", overflow="fold")
    for style, row in rows:
        table.add_row(*(Text(row[name], style if name in {"used", "", "%"} else "") for name in shown))
    return Lines(table, *(Text(note) for note in notes(found, budgets)))


def notes(found: Sequence[Figures], budgets: Sequence[Budget]) -> Iterator[str]:
    """Yield a sentence on what each budget leaves out, and on budgets without any use."""
    for one in found:
        if one.used.estimated:
            yield f"{_title(one)}: estimates would add {_amount(one, one.used.estimated)}, {one.high_ratio:.0%} in all."
        if one.unknown_calls:
            lacks = "cost" if one.limit.unit == USD else "tokens"
            yield f"{_title(one)}: {plural(one.unknown_calls, 'call')} with unknown {lacks}, not in the use."
        if one.use.partial and one.limit.unit == USD:
            yield f"{_title(one)}: the cost of {plural(one.use.partial, 'call')} is a lower bound."
    used = {one.budget.name for one in found}
    yield from (
        f"{one.name}: no {one.scope} has used any of it in this window." for one in budgets if one.name not in used
    )


def as_json(found: Sequence[Figures], at: datetime) -> bytes:
    """Return one JSON object with the time `at` and the `budgets`; null is unknown."""
    body = {"at": at, "budgets": [_exact(one) | {"burn_rate": dict(one.burn)} for one in found]}
    return msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"


def as_csv(found: Sequence[Figures]) -> str:
    """Return a header and a line for each budget; an empty cell is unknown."""
    lines = [{**_exact(one), **{f"burn_{over}": rate for over, rate in one.burn.items()}} for one in found]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]) if lines else ["budget"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(spreadsheet_row, lines))
    return text.getvalue()


def _exact(one: Figures) -> dict[str, Any]:
    """Return the figures with amounts in nano-USD or tokens, whichever the limit is in."""
    return {
        "budget": one.budget.name,
        "scope": one.budget.scope,
        "name": one.name or None,
        "window": one.budget.span.name,
        "begins": one.window.begins.isoformat(),
        "ends": one.window.ends.isoformat(),
        "unit": "nanousd" if one.limit.unit == USD else "tokens",
        "limit": one.limit.amount,
        "used": one.used.known,
        "used_high": one.used.high,
        "left": one.limit.amount - one.used.known,
        "forecast": one.forecast,
        "used_ratio": one.ratio,
        "forecast_ratio": one.forecast_ratio,
        "calls": one.use.calls,
        "unknown_calls": one.unknown_calls,
        "lower_bounds": one.use.partial,
        "enforce": one.budget.enforce,
    }


def _row(one: Figures, zone: tzinfo) -> dict[str, str]:
    left = one.limit.amount - one.used.known
    filled = min(one.ratio, 1.0) * _PERCENT
    return {
        "budget": _title(one),
        "window": one.budget.span.name,
        "limit": _amount(one, one.limit.amount),
        "used": _amount(one, one.used.known),
        "%": f"{one.ratio:.0%}",
        "": numbers.bar(round(filled), _PERCENT, _BAR),
        "left": _amount(one, left) if left >= 0 else f"-{_amount(one, -left)}",
        "forecast": _forecast(one),
        "burn 1h": f"{one.burn['1h']:.1f}x" if "1h" in one.burn else "",
        "unknown": str(one.unknown_calls or ""),
        "ends": "" if one.budget.span.is_rolling else f"{one.window.ends.astimezone(zone):%a %d %b %H:%M}",
    }


def _forecast(one: Figures) -> str:
    if one.budget.span.is_rolling:
        return ""
    return numbers.UNKNOWN if one.forecast_ratio is None else f"{one.forecast_ratio:.0%}"


def _title(one: Figures) -> str:
    return f"{one.budget.name}: {one.name}" if one.name else one.budget.name


def _amount(one: Figures, amount: int) -> str:
    return numbers.usd(amount) if one.limit.unit == USD else numbers.count(amount)


def _style(one: Figures) -> str:
    return styles.BAD if one.is_used_up else styles.WARNING if one.ratio >= _NEARLY else ""


def _fitting(rows: Sequence[dict[str, str]], width: int) -> list[str]:
    """Return the names of the columns that fit into `width`."""
    names = list(rows[0]) if rows else ["budget"]
    sizes = {name: max([len(name), *(len(row[name]) for row in rows)]) + 2 for name in names}
    for name in _DISPENSABLE:
        if sum(sizes.values()) > width:
            sizes.pop(name, None)
    return list(sizes)
