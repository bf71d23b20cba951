"""What pricing anew changed, as a table and for machines."""

from typing import Any

import msgspec
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..analysis.reprice import Change, Changes, Key
from .figures import exact_usd, plural, usd
from .table import UNKNOWN_KEY

_COLUMNS = ("provider", "model", "cost status", "calls", "before", "after", "difference")


def changes_table(changes: Changes, *, dry: bool) -> RenderableType:
    """Return the changes, the greatest first, and below them in a sentence what was done."""
    table = Table(header_style="dim", box=None, pad_edge=False, show_footer=len(changes.by_key) > 1)
    total = changes.total
    footers = ("total", "", "", str(total.calls), usd(total.before), usd(total.after), signed_usd(total.difference))
    for place, (name, footer) in enumerate(zip(_COLUMNS, footers, strict=True)):
        table.add_column(name, footer, footer_style="bold", justify="right" if place > 2 else "left", overflow="fold")
    for (provider, model, before, after), one in ranked(changes):
        status = before if before == after else f"{before} → {after}"
        figures = (str(one.calls), usd(one.before), usd(one.after), signed_usd(one.difference))
        table.add_row(*map(Text, (provider, model or UNKNOWN_KEY, status, *figures)))
    told = Text(_told(changes, dry=dry))
    return Lines(table, Text(), told) if changes.by_key else told


def changes_json(changes: Changes, *, dry: bool) -> bytes:
    """Return one JSON object: `rows` of what changed and their `total`, amounts exact; null is not known."""
    body = {
        "dry_run": dry,
        "seen": changes.seen,
        "rows": [
            {"provider": provider, "model": model, "status_before": before, "status_after": after, **_amounts(one)}
            for (provider, model, before, after), one in ranked(changes)
        ],
        "total": _amounts(changes.total),
    }
    return msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"


def ranked(changes: Changes) -> list[tuple[Key, Change]]:
    """Return the changes, the greatest difference first."""
    return sorted(changes.by_key.items(), key=lambda item: (-abs(item[1].difference), -item[1].calls, str(item[0])))


def signed_usd(nanousd: int) -> str:
    """Return a difference to read, with its sign."""
    return f"+{usd(nanousd)}" if nanousd > 0 else usd(nanousd)


def _told(changes: Changes, *, dry: bool) -> str:
    if not changes.seen:
        return "There is no such call."
    seen = plural(changes.seen, "call")
    if not changes.by_key:
        return f"Of {seen}, every one has the price that it would get today: nothing to change."
    changed = f"{plural(changes.total.calls, 'call')} of {changes.seen:,}"
    if dry:
        return f"{changed} would get another price; nothing was written: leave --dry-run out to do so."
    has = "has" if changes.total.calls == 1 else "have"
    return f"{changed} {has} another price now; `farebox show ID` has those before it."


def _amounts(one: Change) -> dict[str, Any]:
    return {
        "calls": one.calls,
        "before_nanousd": one.before,
        "after_nanousd": one.after,
        "difference_nanousd": one.difference,
        "difference_usd": exact_usd(one.difference),
    }
