"""The prices of a model, as a table and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..pricing.cost import PRICED
from ..pricing.quote import STANDARD_CALL, Quote
from ..pricing.rate import Rate
from .figures import exact_usd, usd

_MOST_NAMES = 4
_CALL = (
    f"{STANDARD_CALL.input_tokens:,} tokens in, {STANDARD_CALL.cache_read_tokens:,} of them cached, "
    f"{STANDARD_CALL.output_tokens:,} out"
)


def quote_sheets(found: Sequence[Quote]) -> RenderableType:
    """Return a block for each Quote: its providers, its source and rates, and the cost of a standard call."""
    parts: list[RenderableType] = []
    for number, quote in enumerate(found):
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(style="dim", no_wrap=True, min_width=24)
        table.add_column(overflow="fold")
        for label, text in _lines(quote):
            table.add_row(label, Text(text))
        parts += [Text(("\n" if number else "") + _providers(quote.providers), style="bold"), table]
    return Lines(*parts)


def as_json(found: Sequence[Quote]) -> bytes:
    """Return the Quotes as one JSON list; amounts are exact decimal texts and nano-USD."""
    return msgspec.json.format(msgspec.json.encode([_object(quote) for quote in found]), indent=2) + b"\n"


def _providers(providers: Sequence[str]) -> str:
    more = len(providers) - _MOST_NAMES
    return ", ".join(providers[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _lines(quote: Quote) -> Iterator[tuple[str, str]]:
    card = quote.card
    yield "source", f"{card.source} {card.version}"
    yield from card.description.items()
    if card.notes:
        yield "but", ", ".join(card.notes)
    if card.free:
        yield "free", card.free
    yield "a standard call", f"{_cost(quote)} for {_CALL}"


def _cost(quote: Quote) -> str:
    status = "" if quote.cost.status == PRICED else f" {quote.cost.status}"
    reasons = f" ({', '.join(quote.cost.reasons)})" if quote.cost.reasons else ""
    return f"{usd(quote.cost.nanousd)}{status}{reasons}"


def _object(quote: Quote) -> dict[str, Any]:
    card, cost = quote.card, quote.cost
    return {
        "providers": quote.providers,
        "model": card.model,
        "match": card.match,
        "price_source": card.source,
        "price_version": card.version,
        "details": card.details,
        "rates": {name: _rate(rate, card.source) for name, rate in card.rates.items()},
        "notes": card.notes,
        "free": card.free,
        "standard_call": {
            **{name: value for name, value in msgspec.structs.asdict(STANDARD_CALL).items() if value is not None},
            "cost_nanousd": cost.nanousd,
            "cost_usd": exact_usd(cost.nanousd),
            "cost_status": cost.status,
            "cost_reasons": cost.reasons,
        },
    }


def _rate(rate: Rate, source: str) -> dict[str, Any]:
    return {
        "usd": f"{rate.usd:f}",
        "per": rate.per,
        "above": {str(above): f"{usd:f}" for above, usd in rate.steps},
        "minimum": rate.minimum,
        "price_source": rate.source or source,
    }
