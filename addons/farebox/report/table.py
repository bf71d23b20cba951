"""The report as a table that a person enjoys reading."""

from collections.abc import Sequence

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..store.summary import Group, Sums
from . import figures
from .figures import plural

UNKNOWN_KEY = "(unknown)"
_BAR = 14


def report_table(title: str, by: Sequence[str], groups: Sequence[Group], total: Sums) -> RenderableType:
    """Return `groups` as a table with their `total`, and below it what the spend leaves out."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    table.show_footer = len(groups) != 1
    for name in by:
        table.add_column(name, "total" if name == by[0] else "", footer_style="bold", overflow="fold")
    most = max((group.sums.cost_nanousd or 0 for group in groups), default=0)
    for name, style, footer in _figures(total):
        table.add_column(name, footer, justify="right", style=style, footer_style="bold", no_wrap=True)
        if name == "spend":
            table.add_column("", width=_BAR, style="green", no_wrap=True)
    for group in groups:
        keys = (UNKNOWN_KEY if key is None else key for key in group.key)
        spend, *rest = (figure for _, _, figure in _figures(group.sums))
        table.add_row(*(Text(key) for key in keys), spend, figures.bar(group.sums.cost_nanousd, most, _BAR), *rest)
    return Lines(table, *(Text(note, style="dim") for note in notes(total)))


def notes(total: Sums) -> list[str]:
    """Return what the sum of the spend leaves out, a sentence each."""
    told = []
    if total.unpriced:
        told.append(f"{plural(total.unpriced, 'call')} unpriced: what they cost is not known and not in the spend.")
    if total.uncertain:
        told.append(f"{plural(total.uncertain, 'call')} with a lower bound or an estimate for a cost.")
    return told


def _figures(sums: Sums) -> list[tuple[str, str, str]]:
    return [
        ("spend", "green", figures.usd(sums.cost_nanousd)),
        ("calls", "", figures.count(sums.calls)),
        ("errors", "red", str(sums.errors or "")),
        ("unpriced", "yellow", str(sums.unpriced or "")),
        ("input", "cyan", figures.count(sums.input_tokens)),
        ("cached", "", figures.share(sums.cache_read_tokens, sums.cacheable_tokens)),
        ("output", "cyan", figures.count(sums.output_tokens)),
        ("p50", "", figures.duration(sums.p50_ms)),
        ("p95", "", figures.duration(sums.p95_ms)),
    ]
