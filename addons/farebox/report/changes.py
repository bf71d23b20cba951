"""The changes that `reprice` made, as a table and as JSON."""

from typing import Any

import msgspec
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..analysis.reprice import Change, Changes, Key
from .figures import exact_usd, plural, usd
from .table import UNKNOWN_KEY

_TEXTS = 3
_COLUMNS = ("provider", "model", "cost status", "calls", "before", "after", "difference")


def changes_table(changes: Changes, *, dry: bool) -> RenderableType:
    """Return the changes, the largest first, and below them a sentence that summarises them."""
    table = Table(header_style="dim", box=None, pad_edge=False, show_footer=len(changes.by_key) > 1)
    total = changes.total
    footers = ("total", "", "", str(total.calls), usd(total.before), usd(total.after), signed_usd(total.difference))
    for place, (name, footer) in enumerate(zip(_COLUMNS, footers, strict=True)):
        is_text = place < _TEXTS
        # Where names are folded, amounts stay whole.
        table.add_column(
            name,
            footer,
            footer_style="bold",
            justify="left" if is_text else "right",
            overflow="fold",
            no_wrap=not is_text,
        )
    for (provider, model, before, after), change in ranked(changes):
        status = before if before == after else f"{before} → {after}"
        figures = (str(change.calls), usd(change.before), usd(change.after), signed_usd(change.difference))
        table.add_row(*map(Text, (provider, model or UNKNOWN_KEY, status, *figures)))
    summary = Text(_summary(changes, dry=dry))
    return Lines(table, Text(), summary) if changes.by_key else summary


def changes_json(changes: Changes, *, dry: bool) -> bytes:
    """Return one JSON object: `rows` of changes and their `total`, amounts exact; null is unknown."""
    body = {
        "dry_run": dry,
        "seen": changes.seen,
        "rows": [
            {"provider": provider, "model": model, "status_before": before, "status_after": after, **_amounts(change)}
            for (provider, model, before, after), change in ranked(changes)
        ],
        "total": _amounts(changes.total),
    }
    return msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"


def ranked(changes: Changes) -> list[tuple[Key, Change]]:
    """Return the changes, the largest difference first."""
    return sorted(changes.by_key.items(), key=lambda item: (-abs(item[1].difference), -item[1].calls, str(item[0])))


def signed_usd(nanousd: int) -> str:
    """Return a difference with its sign."""
    return f"+{usd(nanousd)}" if nanousd > 0 else usd(nanousd)


def _summary(changes: Changes, *, dry: bool) -> str:
    if not changes.seen:
        return "No such calls."
    seen = plural(changes.seen, "call")
    if not changes.by_key:
        return f"{seen} checked: nothing to change."
    changed = f"{plural(changes.total.calls, 'call')} of {changes.seen:,}"
    if dry:
        return f"{changed} would get a new price; nothing was written. Run again without --dry-run to write."
    return f"{changed} got a new price; `farebox show ID` prints the earlier ones."


def _amounts(change: Change) -> dict[str, Any]:
    return {
        "calls": change.calls,
        "before_nanousd": change.before,
        "after_nanousd": change.after,
        "difference_nanousd": change.difference,
        "difference_usd": exact_usd(change.difference),
    }
