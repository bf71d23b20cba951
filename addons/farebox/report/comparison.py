"""The cost of the same calls on another model, as a table with its caveats and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..analysis.what_if import REPLACED, Comparison, Other, Verdict
from .changes import signed_usd
from .figures import exact_usd, plural, rate, usd
from .table import UNKNOWN_KEY

_OWN_COUNT = "by its own count"
_NUMBERS = ("calls", "actual", "there", "difference", _OWN_COUNT, "left out")
# What a narrow terminal drops, in this order: the caveats name the calls that are left out too.
_DISPENSABLE = (_OWN_COUNT, "left out", "difference")
_SHORTEST_NAME, _GAP = 16, 2


def comparison_table(comparison: Comparison, width: int = 160) -> RenderableType:
    """Return a row per group, the most expensive first, and the caveats.

    Columns that do not fit into `width` characters are left out, not cut.
    """
    table = Table(title=f"On {named(comparison.other)}", title_justify="left", title_style="bold", header_style="dim")
    table.box, table.pad_edge, table.show_footer = None, False, len(comparison.by_key) > 1
    named_by = "model replaced" if comparison.names == REPLACED else ", ".join(comparison.names)
    table.add_column(named_by, "total", footer_style="bold", overflow="fold")
    rows = [dict(zip(_NUMBERS, _figures(verdict), strict=True)) for _, verdict in ranked(comparison)]
    total = dict(zip(_NUMBERS, _figures(comparison.total), strict=True))
    shown = _fitting([*rows, total], width)
    for name in shown:
        table.add_column(name, total[name], justify="right", footer_style="bold", no_wrap=True)
    for (key, _), row in zip(ranked(comparison), rows, strict=True):
        table.add_row(Text("/".join(value or UNKNOWN_KEY for value in key)), *(row[name] for name in shown))
    told = caveats(comparison, has_own_count=_OWN_COUNT in shown)
    return Lines(table, Text(), *(Text(f"- {caveat}") for caveat in told))


def _fitting(rows: Sequence[dict[str, str]], width: int) -> list[str]:
    """Return the names of the columns that fit beside a short name of the group."""
    sizes = {name: max(len(name), *(len(row[name]) for row in rows)) + _GAP for name in _NUMBERS}
    for name in _DISPENSABLE:
        if sum(sizes.values()) + _SHORTEST_NAME > width:
            del sizes[name]
    return list(sizes)


def comparisons_json(comparisons: Sequence[Comparison]) -> bytes:
    """Return a JSON list: for each model compared, `rows` by group, the `total`, and the `caveats`."""
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
    """Return the verdicts, the most expensive first."""
    return sorted(comparison.by_key.items(), key=lambda item: (-item[1].actual, -item[1].left_out, str(item[0])))


def named(other: Other) -> str:
    """Return the model as PROVIDER/MODEL, with its service tier."""
    return f"{other.provider}/{other.model}" + (f" ({other.tier})" if other.tier else "")


def caveats(comparison: Comparison, *, has_own_count: bool = True) -> Iterator[str]:
    """Yield a sentence for each thing that the figures leave out; without its column, none about the own count."""
    total = comparison.total
    yield "Token counts are those of the models that answered; another model counts the same text differently."
    if has_own_count and any(one.factor for one in comparison.by_key.values()):
        yield '"by its own count" scales the cost by a token ratio measured on English text and code.'
    yield "Another model writes and reasons at a different length, and caches different parts."
    if comparison.is_by_time:
        yield _about_time(comparison)
    if total.left_out:
        yield f"{plural(total.left_out, 'call')} left out of both sums: one of the two prices is unknown."
    if total.partial:
        yield f"{plural(total.partial, 'call')} with parts that have no price there: a lower bound."
    if total.uncertain:
        yield f"{plural(total.uncertain, 'call')} with an actual cost that is a lower bound or an estimate."
    if comparison.reasons:
        yield f"No price there for: {', '.join(sorted(comparison.reasons))}."


def _about_time(comparison: Comparison) -> str:
    if comparison.speed is None:
        unknown = "no recorded call shows how fast it writes: make some calls to it first."
        return f"{named(comparison.other)} costs by the time of its machine, and {unknown}"
    speed = comparison.speed
    pace = f"{rate(speed.tokens_per_second)} tokens a second, measured over {plural(speed.calls, 'call')}"
    return f"It costs by the time of its machine: {pace}."


def _figures(verdict: Verdict) -> tuple[str, ...]:
    if not verdict.calls:
        return ("0", "", "", "", "", str(verdict.left_out or ""))
    own_count = ""
    if verdict.factor:
        low, high = (usd(round(verdict.there * part)) for part in verdict.factor)
        own_count = f"~{low}" if low == high else f"~{low} to {high}"
    amounts = (usd(verdict.actual), usd(verdict.there), signed_usd(verdict.difference))
    return (str(verdict.calls), *amounts, own_count, str(verdict.left_out or ""))


def _amounts(verdict: Verdict) -> dict[str, Any]:
    return {
        "calls": verdict.calls,
        "left_out": verdict.left_out,
        "partial": verdict.partial,
        "uncertain": verdict.uncertain,
        "actual_nanousd": verdict.actual,
        "there_nanousd": verdict.there,
        "difference_nanousd": verdict.difference,
        "difference_usd": exact_usd(verdict.difference),
        "token_factor": [float(round(part, 4)) for part in verdict.factor] if verdict.factor else None,
    }
