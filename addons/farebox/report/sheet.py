"""One call, whole."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import groupby
from operator import attrgetter
from typing import Any

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..records.columns import COLUMNS
from ..records.times import in_utc
from .currency import ReportCurrency
from .figures import UNKNOWN, exact_usd
from .line import local


def call_sheet(row: Mapping[str, Any], zone: tzinfo, currency: ReportCurrency | None = None) -> RenderableType:
    """Return every column of the ledger's `row` that has a value, by group, and its cost in `currency`."""
    parts: list[RenderableType] = []
    for title, columns in groupby(COLUMNS, attrgetter("group")):
        values = [(column.name, row[column.name]) for column in columns if row[column.name] is not None]
        if values:
            table = Table(box=None, show_header=False, pad_edge=False)
            table.add_column(style="dim", no_wrap=True, min_width=24)
            table.add_column(overflow="fold")
            for name, value in values:
                for label, text in _lines(name, value, zone):
                    table.add_row(label, Text(text))
                if name == "cost_nanousd" and currency is not None:
                    table.add_row(*map(Text, _in(currency, value, in_utc(row["started_at"]))))
            parts += [Text(title, style="bold"), table]
    return Lines(*parts)


def price_history(revisions: Sequence[Mapping[str, Any]], zone: tzinfo) -> RenderableType:
    """Return every price that a call has had, the recorded one first."""
    table = Table(
        title="prices", title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False
    )
    for name in ("priced", "cost", "status", "source", "version", "why"):
        # Where the rest is folded, a cost stays whole.
        table.add_column(name, overflow="fold", no_wrap=name == "cost")
    for price in revisions:
        at = f"{local(price['priced_at'], zone):%Y-%m-%d %H:%M:%S}" if price["priced_at"] else "as recorded"
        cost, why = exact_usd(price["cost_nanousd"]), ", ".join(price["cost_reasons"] or ())
        known = (price["cost_status"], price["price_source"], price["price_version"], why)
        table.add_row(*(Text(text or "") for text in (at, f"${cost}" if cost else UNKNOWN, *known)))
    return table


def _lines(name: str, value: Any, zone: tzinfo) -> Iterator[tuple[str, str]]:
    if name == "started_at":
        yield name, f"{local(value, zone):%Y-%m-%d %H:%M:%S.%f %Z}"
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _lines(f"{name}.{key}", item, zone)
    elif isinstance(value, list):
        yield name, ", ".join(_text(name, item) for item in value)
    else:
        yield name, _text(name, value)


def _in(currency: ReportCurrency, nanousd: int, moment: datetime) -> tuple[str, str]:
    """Return the label and the text of a cost in `currency`: exact, with the rate of its day."""
    label, rate = f"cost in {currency.code}", currency.rate_at(moment)
    if rate is None:
        return label, f"{UNKNOWN} (the first rate is of a later day)"
    cost = exact_usd(currency.converted(nanousd, moment).nano)
    return label, f"{currency.prefix}{cost} (one {currency.code} is {float(1 / rate):.15g} USD)"


def _text(name: str, value: Any) -> str:
    if name.endswith("_nanousd") and value is not None:
        return f"{value:,} (${exact_usd(value)})"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "null" if value is None else str(value)
