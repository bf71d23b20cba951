"""One call, whole."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from .figures import UNKNOWN, exact_usd
from .line import local

# The ledger's columns as docs/ledger.md groups them.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "identity": (
        *("id", "started_at", "sidecar", "provider", "host", "dialect", "operation"),
        *("provider_request_id", "response_id"),
    ),
    "model": ("model_requested", "model_returned", "service_tier", "streamed"),
    "result": ("status", "outcome", "error_type", "error_code", "error_param", "finish_reason", "attempt"),
    "tokens": (
        *("input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens"),
        *("input_audio_tokens", "input_image_tokens", "output_tokens", "reasoning_tokens"),
        *("output_audio_tokens", "output_image_tokens", "units", "usage_source", "estimate", "raw_usage"),
    ),
    "money": (
        *("cost_nanousd", "cost_status", "cost_reasons", "catalogue_cost_nanousd"),
        *("price_source", "price_version", "rate_card", "price_context", "parts"),
    ),
    "time": (
        *("duration_ms", "ttfb_ms", "ttft_ms", "output_chunks", "overhead_us"),
        *("request_bytes", "response_bytes"),
    ),
    "who": (
        *("user_id", "team", "project", "conversation", "client_app", "client_addr"),
        *("key_fingerprint", "tags"),
    ),
    "why": ("purpose", "request_hash", "params", "ratelimit"),
}


def call_sheet(row: Mapping[str, Any], zone: tzinfo) -> RenderableType:
    """Return every column of the ledger's `row` that has a value, by group."""
    parts: list[RenderableType] = []
    for title, columns in GROUPS.items():
        told = [(name, row[name]) for name in columns if row[name] is not None]
        if told:
            table = Table(box=None, show_header=False, pad_edge=False)
            table.add_column(style="dim", no_wrap=True, min_width=24)
            table.add_column(overflow="fold")
            for name, value in told:
                for label, text in _lines(name, value, zone):
                    table.add_row(label, Text(text))
            parts += [Text(title, style="bold"), table]
    return Lines(*parts)


def price_history(revisions: Sequence[Mapping[str, Any]], zone: tzinfo) -> RenderableType:
    """Return what a call was ever priced at, as recorded first."""
    table = Table(
        title="prices", title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False
    )
    for name in ("priced", "cost", "status", "source", "version", "why"):
        table.add_column(name, overflow="fold")
    for one in revisions:
        at = f"{local(one['priced_at'], zone):%Y-%m-%d %H:%M:%S}" if one["priced_at"] else "as recorded"
        cost, why = exact_usd(one["cost_nanousd"]), ", ".join(one["cost_reasons"] or ())
        told = (at, f"${cost}" if cost else UNKNOWN, one["cost_status"], one["price_source"], one["price_version"], why)
        table.add_row(*(Text(text or "") for text in told))
    return table


def _lines(name: str, value: Any, zone: tzinfo) -> Iterator[tuple[str, str]]:
    if name == "started_at":
        yield name, f"{local(value, zone):%Y-%m-%d %H:%M:%S.%f %Z}"
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _lines(f"{name}.{key}", item, zone)
    elif isinstance(value, list):
        yield name, ", ".join(_text(name, item) for item in value)
    else:
        yield name, _text(name, value)


def _text(name: str, value: Any) -> str:
    if name.endswith("_nanousd") and value is not None:
        return f"{value:,} (${exact_usd(value)})"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "null" if value is None else str(value)
