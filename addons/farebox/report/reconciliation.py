"""LibreChat's books against the ledger, as a table and as JSON."""

from typing import Any

import msgspec
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..librechat.causes import Explained
from ..librechat.reconciliation import Reconciliation
from .changes import signed_usd
from .figures import exact_usd, plural, usd


def reconciliation_table(found: Reconciliation) -> RenderableType:
    """Return a row per cause, and below them the sums and what was left out of them."""
    table = Table(header_style="dim", box=None, pad_edge=False)
    table.add_column("cause", overflow="fold")
    for name in ("calls", "difference"):
        table.add_column(name, justify="right", overflow="fold")
    for cause, number, amount in found.by_cause:
        table.add_row(*map(Text, (cause, str(number), signed_usd(amount))))
    sums = Text(
        f"\nbooked {usd(found.booked)}, billed {usd(found.billed)}, difference {signed_usd(found.difference)} "
        f"({exact_usd(found.difference)} USD)"
    )
    return Lines(table, sums, *(Text(note) for note in _notes(found)))


def reconciliation_json(found: Reconciliation) -> bytes:
    """Return a JSON object with the sums, the causes and every line, amounts exact; null is unknown."""
    content = {
        "booked_nanousd": found.booked,
        "billed_nanousd": found.billed,
        "difference_nanousd": found.difference,
        "causes": [
            {"cause": cause, "calls": number, "difference_nanousd": amount} for cause, number, amount in found.by_cause
        ],
        "matched_by": dict(found.by_basis),
        "unpriced": len(found.unpriced),
        "lines": [_line(one) for one in found.lines],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def _notes(found: Reconciliation) -> list[str]:
    notes = [f"{plural(number, 'booking')} matched by {basis}." for basis, number in found.by_basis]
    if found.unpriced:
        booked = sum(one.booked for one in found.unpriced)
        notes.append(f"{plural(len(found.unpriced), 'call')} without a price, booked {usd(booked)}: not in these sums.")
    return notes


def _line(one: Explained) -> dict[str, Any]:
    booking, call = one.match.booking, one.match.call
    either = booking.either if booking else None
    return {
        "at": booking.at if booking else (call or {}).get("started_at"),
        "call": call["id"] if call else None,
        "provider": call["provider"] if call else None,
        "model": either.model if either else (call or {}).get("model_requested"),
        "conversation": either.conversation if either else (call or {}).get("conversation"),
        "context": either.context if either else None,
        "matched_by": one.match.basis,
        "booked_nanousd": one.booked,
        "billed_nanousd": one.billed,
        "difference_nanousd": one.difference,
        "causes": one.causes,
    }
