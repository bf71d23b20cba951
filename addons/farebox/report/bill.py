"""The bill of one `farebox run`, for the terminal."""

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..store.run_bill import Bill
from ..store.sums import Doubt, Group, Sums
from . import figures
from .figures import plural
from .missing import HINT, LACKS_PRICE


def bill_lines(bill: Bill, seconds: float) -> RenderableType:
    """Return the bill as lines to print."""
    total = bill.total
    head = Text("farebox: ", "dim")
    head.append(f"{plural(total.calls, 'call')} in {figures.duration(round(seconds * 1000))}, ")
    head.append(f"{figures.count(total.input_tokens)} tokens in, {figures.count(total.output_tokens)} out, ")
    head.append(_cost(total) or "nothing billed", "bold green")
    table = Table(box=None, show_header=False, pad_edge=False)
    for justify in ("left", "left", "left", "right", "right", "right"):
        table.add_column(justify=justify, overflow="fold")
    # Where the others are folded, the cost stays whole.
    table.add_column(justify="right", no_wrap=True)
    for group in bill.groups:
        table.add_row(*map(Text, _row(group)))
    return Lines(
        head,
        Padding(table, (0, 0, 0, 2), expand=False),
        *(Text(f"  {doubt}", "yellow") for doubt in map(_doubt, bill.doubts)),
    )


def _row(group: Group) -> list[str]:
    sums = group.sums
    cached = f"{figures.count(sums.cache_read_tokens)} cached" if sums.cache_read_tokens else ""
    return [
        group.key[0] or "",
        group.key[1] or "(no model)",
        plural(sums.calls, "call") + (f", {plural(sums.errors, 'error')}" if sums.errors else ""),
        f"{figures.count(sums.input_tokens)} in",
        cached,
        f"{figures.count(sums.output_tokens)} out",
        _cost(sums),
    ]


def _cost(sums: Sums) -> str:
    """Return the known cost, "unpriced", or an empty text if nothing was billed."""
    if sums.unpriced and not sums.cost_nanousd:
        return "unpriced"
    return figures.usd(sums.cost_nanousd) if sums.cost_nanousd is not None else ""


def _doubt(doubt: Doubt) -> str:
    name = " ".join(part for part in (doubt.provider, doubt.model) if part)
    reasons = ", ".join(doubt.reasons) or "no reason given"
    hint = f" ({HINT})" if LACKS_PRICE.intersection(doubt.reasons) else ""
    return f"{plural(doubt.calls, 'call')} to {name} {doubt.status}: {reasons}{hint}"
