"""The report as a table for people."""

from collections.abc import Sequence

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..attribution.names import NO_NAMES, Names
from ..records.clean import visible
from ..store.summary import Group, Sums
from . import currency, figures, styles
from .figures import plural

UNKNOWN_KEY = "(unknown)"
_BAR = 14
_GAP = 2
_LONGEST_KEY = 40
# The columns that a narrow terminal drops, in this order; never the spend, the calls or the groups.
_DISPENSABLE = ("p50", "", "cached", "first", "p95", "tokens/s", "output", "input", "unpriced", "errors")


def report_table(
    title: str,
    by: Sequence[str],
    groups: Sequence[Group],
    total: Sums,
    *,
    names: Names = NO_NAMES,
    lacking: str | None = None,
    width: int = 160,
) -> RenderableType:
    """Return `groups` as a table with their `total`, and below it notes on calls that the figures leave out.

    Columns that do not fit into `width` characters are left out, not cut.
    """
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    # One line is its own total, unless lines are left out.
    table.show_footer = len(groups) != 1 or total.calls != groups[0].sums.calls
    keys = [[_shown(names, kind, key) for kind, key in zip(by, group.key, strict=True)] for group in groups]
    for place, name in enumerate(by):
        longest = max(map(len, (name, "total", *(key[place] for key in keys))))
        table.add_column(
            name, "" if place else "total", footer_style="bold", overflow="fold", min_width=min(longest, 12)
        )
    most = max((group.sums.spend or 0 for group in groups), default=0)
    rows = [_figures(group.sums, most) for group in groups]
    shown = _fitting(by, keys, [*rows, _figures(total, 0)], width)
    for name, style, footer in _figures(total, 0):
        if name in shown:
            table.add_column(
                name,
                footer,
                justify="right" if name else "left",
                style=style,
                footer_style="bold",
                no_wrap=True,
                min_width=None if name else _BAR,
            )
    for key, row in zip(keys, rows, strict=True):
        table.add_row(*map(Text, key), *(figure for name, _, figure in row if name in shown))
    return Lines(table, *(Text(note) for note in (*notes(total), *([lacking] if lacking else ()))))


def notes(total: Sums) -> list[str]:
    """Return a sentence on what the spend leaves out."""
    sentences = list(filter(None, [currency.lacking(total)]))
    if total.unpriced:
        sentences.append(
            f"{plural(total.unpriced, 'call')} unpriced: cost unknown, not in the spend (`farebox prices lint`)."
        )
    if total.uncertain:
        sentences.append(f"{plural(total.uncertain, 'call')} with a cost that is a lower bound or an estimate.")
    return sentences


def _fitting(
    by: Sequence[str], keys: Sequence[Sequence[str]], rows: Sequence[Sequence[tuple[str, str, str]]], width: int
) -> set[str]:
    """Return the names of the columns that fit beside the keys."""
    widths = {name: max(len(name), _BAR if not name else 0) for name, _, _ in rows[0]}
    for row in rows:
        widths |= {name: max(widths[name], len(figure)) for name, _, figure in row}
    longest = [max([len(name), 5, *(len(key[place]) for key in keys)]) for place, name in enumerate(by)]
    room = width - sum(min(size, _LONGEST_KEY) + _GAP for size in longest)
    for name in _DISPENSABLE:
        if sum(size + _GAP for size in widths.values()) > room:
            del widths[name]
    return set(widths)


def _shown(names: Names, kind: str, key: str | None) -> str:
    return UNKNOWN_KEY if key is None else visible(names.shown(kind, key))


def _spend(sums: Sums) -> str:
    """Return the spend; a dash, not unknown, if no call was billed."""
    if sums.cost_nanousd is None and not sums.unpriced:
        return "-"
    if sums.converted is None or (sums.unpriced and not sums.cost_nanousd):
        return figures.spend(sums.cost_nanousd, sums.unpriced)
    return figures.converted(sums.converted)


def _errors(sums: Sums) -> str:
    """Return how many calls failed, and their share."""
    return f"{sums.errors} ({figures.share(sums.errors, sums.calls)})" if sums.errors else ""


def _figures(sums: Sums, most: int) -> list[tuple[str, str, str]]:
    about = "~" if sums.interpolated else ""
    return [
        ("spend", styles.MONEY, _spend(sums)),
        ("", "", figures.bar(sums.spend, most, _BAR)),
        ("calls", "", figures.count(sums.calls)),
        ("errors", styles.BAD, _errors(sums)),
        ("unpriced", styles.WARNING, str(sums.unpriced or "")),
        ("input", "", figures.count(sums.input_tokens)),
        ("cached", "", figures.share(sums.cache_read_tokens, sums.cacheable_tokens)),
        ("output", "", figures.count(sums.output_tokens)),
        ("tokens/s", "", figures.rate(sums.tokens_per_second)),
        ("first", "", about + figures.duration(sums.ttft_p50_ms) if sums.ttft_p50_ms is not None else "-"),
        ("p50", "", about + figures.duration(sums.p50_ms)),
        ("p95", "", about + figures.duration(sums.p95_ms)),
    ]
