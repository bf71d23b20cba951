"""The drift of the catalogues from reported costs, as a table and as JSON."""

from collections.abc import Sequence
from typing import Any

import msgspec
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..store.drift import Drift
from .changes import signed_usd
from .figures import exact_usd, plural, usd
from .table import UNKNOWN_KEY


def drift_table(found: Sequence[Drift]) -> RenderableType:
    """Return a row per model, and below them the number of calls that no catalogue can price."""
    table = Table(header_style="dim", box=None, pad_edge=False)
    table.add_column("provider", overflow="fold")
    table.add_column("model", overflow="fold")
    for name in ("calls", "reported", "catalogue", "difference", ""):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found:
        amounts = (usd(one.reported), usd(one.catalogue), signed_usd(one.difference), _share(one)) if one.calls else ()
        table.add_row(*map(Text, (one.provider, one.model or UNKNOWN_KEY, str(one.calls), *amounts)))
    unknown = sum(one.unknown for one in found)
    note = f"{plural(unknown, 'call')} that no catalogue can price: not in these sums." if unknown else ""
    return Lines(table, Text(note))


def drift_json(found: Sequence[Drift]) -> bytes:
    """Return a JSON list with an object for each model, amounts exact; null is unknown."""
    return msgspec.json.format(msgspec.json.encode([_amounts(one) for one in found]), indent=2) + b"\n"


def _share(one: Drift) -> str:
    if not one.reported:
        return ""
    # Integers up to the last step: money never becomes a float.
    hundredths = one.difference * 10_000 // one.reported
    return f"{'+' if hundredths > 0 else ''}{hundredths / 100:.1f}%"


def _amounts(one: Drift) -> dict[str, Any]:
    return {
        "provider": one.provider,
        "model": one.model,
        "calls": one.calls,
        "reported_nanousd": one.reported,
        "catalogue_nanousd": one.catalogue,
        "difference_nanousd": one.difference,
        "difference_usd": exact_usd(one.difference),
        "without_catalogue_price": one.unknown,
    }
