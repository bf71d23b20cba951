"""The bill of one `farebox run`, for the terminal."""

from collections.abc import Sequence

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..pricing.cost import ESTIMATED, PARTIAL, UNPRICED
from ..store.run_bill import Bill
from ..store.sums import Doubt, Failure, Group, Sums
from . import currency, figures, styles
from .figures import plural
from .missing import HINT, LACKS_PRICE

_MOST_ERRORS = 3


def bill_lines(bill: Bill, seconds: float) -> RenderableType:
    """Return the bill as lines to print."""
    total = bill.total
    head = Text("farebox: ", styles.QUIET)
    head.append(f"{plural(total.calls, 'call')} in {figures.duration(round(seconds * 1000))}, ")
    head.append(f"{figures.count(total.input_tokens)} tokens in, {figures.count(total.output_tokens)} out, ")
    head.append(_cost(total, _statuses(bill)) or "nothing billed", styles.MONEY)
    table = Table(box=None, show_header=False, pad_edge=False)
    for justify in ("left", "left", "left", "right", "right", "right"):
        table.add_column(justify=justify, overflow="fold")
    # Where the others are folded, the cost stays whole.
    table.add_column(justify="right", no_wrap=True)
    for group in bill.groups:
        table.add_row(*map(Text, _row(group, bill)))
    unconverted = currency.lacking(total)
    return Lines(
        head,
        Padding(table, (0, 0, 0, 2), expand=False),
        *(Text(f"  {doubt}", styles.WARNING) for doubt in map(_doubt, bill.doubts)),
        *([Text(f"  {unconverted}", styles.WARNING)] if unconverted else []),
    )


def _row(group: Group, bill: Bill) -> list[str]:
    sums = group.sums
    cached = f"{figures.count(sums.cache_read_tokens)} cached" if sums.cache_read_tokens else ""
    return [
        group.key[0] or "",
        group.key[1] or "(no model)",
        plural(sums.calls, "call") + _errors(group, bill.failures),
        f"{figures.count(sums.input_tokens)} in",
        cached,
        f"{figures.count(sums.output_tokens)} out",
        _cost(sums, _statuses(bill, group.key)),
    ]


def _errors(group: Group, failures: Sequence[Failure]) -> str:
    """Return how many calls failed and with which errors, the most frequent first."""
    if not group.sums.errors:
        return ""
    names = [one.error for one in failures if (one.provider, one.model) == group.key]
    more = f" and {len(names) - _MOST_ERRORS} more" if len(names) > _MOST_ERRORS else ""
    named = f" ({', '.join(names[:_MOST_ERRORS])}{more})" if names else ""
    return f", {plural(group.sums.errors, 'error')}{named}"


def _statuses(bill: Bill, key: tuple[str | None, ...] | None = None) -> set[str]:
    """Return the cost statuses of the calls in doubt; only of those of a provider and model, if `key` names them."""
    return {one.status for one in bill.doubts if key is None or (one.provider, one.model) == key}


def _cost(sums: Sums, statuses: set[str]) -> str:
    """Return the known cost, "unpriced", or an empty text if nothing was billed.

    As in a call's line, ~ marks an estimate, and + a lower bound.
    """
    if sums.unpriced and not sums.cost_nanousd:
        return "unpriced"
    if sums.cost_nanousd is None:
        return ""
    before, after = "~" if ESTIMATED in statuses else "", "+" if {PARTIAL, UNPRICED} & statuses else ""
    if sums.converted is not None:
        amount = figures.converted(sums.converted)
        return amount if amount == figures.UNKNOWN else f"{before}{amount}{after}"
    return f"{before}{figures.usd(sums.cost_nanousd)}{after}"


def _doubt(doubt: Doubt) -> str:
    name = " ".join(part for part in (doubt.provider, doubt.model) if part)
    reasons = ", ".join(doubt.reasons) or "no reason given"
    hint = f" ({HINT})" if LACKS_PRICE.intersection(doubt.reasons) else ""
    return f"{plural(doubt.calls, 'call')} to {name} {doubt.status}: {reasons}{hint}"
