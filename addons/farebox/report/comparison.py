"""What another model would have cost, as a table with its caveats and for machines."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..analysis.what_if import REPLACED, Comparison, Other, Verdict
from .changes import signed_usd
from .figures import exact_usd, plural, usd
from .table import UNKNOWN_KEY

_NUMBERS = ("calls", "actual", "there", "difference", "by its own count", "left out")


def comparison_table(comparison: Comparison) -> RenderableType:
    """Return a line per model replaced, the dearest first, and what to keep in mind."""
    table = Table(title=f"On {named(comparison.other)}", title_justify="left", title_style="bold", header_style="dim")
    table.box, table.pad_edge, table.show_footer = None, False, len(comparison.by_key) > 1
    named_by = "model replaced" if comparison.names == REPLACED else ", ".join(comparison.names)
    table.add_column(named_by, "total", footer_style="bold", overflow="fold")
    for name, footer in zip(_NUMBERS, _figures(comparison.total), strict=True):
        table.add_column(name, footer, justify="right", footer_style="bold", overflow="fold")
    for key, one in ranked(comparison):
        table.add_row(Text("/".join(value or UNKNOWN_KEY for value in key)), *_figures(one))
    return Lines(table, Text(), *(Text(f"- {caveat}", style="dim") for caveat in caveats(comparison)))


def comparisons_json(comparisons: Sequence[Comparison]) -> bytes:
    """Return a JSON list: for each model compared, `rows` by what was asked for, the `total`, and the `caveats`."""
    body = [
        {
            "provider": one.other.provider,
            "model": one.other.model,
            "service_tier": one.other.tier,
            "rows": [{**dict(zip(one.names, key, strict=True)), **_amounts(verdict)} for key, verdict in ranked(one)],
            "total": _amounts(one.total),
            "caveats": list(caveats(one)),
        }
        for one in comparisons
    ]
    return msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"


def ranked(comparison: Comparison) -> list[tuple[tuple[str | None, ...], Verdict]]:
    """Return the verdicts, the dearest first."""
    return sorted(comparison.by_key.items(), key=lambda item: (-item[1].actual, -item[1].left_out, str(item[0])))


def named(other: Other) -> str:
    """Return the model as people name it."""
    return f"{other.provider}/{other.model}" + (f" ({other.tier})" if other.tier else "")


def caveats(comparison: Comparison) -> Iterator[str]:
    """Yield what the figures do not know."""
    total = comparison.total
    yield "Token counts are those of the models that answered: another counts the same text otherwise."
    if any(one.factor for one in comparison.by_key.values()):
        yield '"by its own count" is what English and code would come to, measured between the two tokenizers.'
    yield "Another model writes and reasons at another length, and its cache keeps other things."
    if total.left_out:
        yield f"{plural(total.left_out, 'call')} left out of both sums: the price is not known here or there."
    if total.partial:
        yield f"{plural(total.partial, 'call')} with something that has no price there: a lower bound."
    if total.uncertain:
        yield f"{plural(total.uncertain, 'call')} whose actual cost is a lower bound or an estimate."
    if comparison.reasons:
        yield f"What has no price there: {', '.join(sorted(comparison.reasons))}."


def _figures(one: Verdict) -> tuple[str, ...]:
    if not one.calls:
        return ("0", "", "", "", "", str(one.left_out or ""))
    own = ""
    if one.factor:
        low, high = (usd(round(one.there * part)) for part in one.factor)
        own = f"~{low}" if low == high else f"~{low} to {high}"
    amounts = (usd(one.actual), usd(one.there), signed_usd(one.difference))
    return (str(one.calls), *amounts, own, str(one.left_out or ""))


def _amounts(one: Verdict) -> dict[str, Any]:
    return {
        "calls": one.calls,
        "left_out": one.left_out,
        "partial": one.partial,
        "uncertain": one.uncertain,
        "actual_nanousd": one.actual,
        "there_nanousd": one.there,
        "difference_nanousd": one.difference,
        "difference_usd": exact_usd(one.difference),
        "token_factor": [float(round(part, 4)) for part in one.factor] if one.factor else None,
    }
