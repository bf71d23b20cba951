"""One call as one line."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from rich.text import Text

from ..pricing.cost import ESTIMATED, NONE, PARTIAL
from ..records import reading
from ..records.times import in_utc
from . import figures

_COLOURS = {
    reading.OK: "green",
    reading.HTTP_ERROR: "red",
    reading.PROVIDER_CUT: "red",
    reading.NETWORK_ERROR: "red",
    reading.CLIENT_ABORT: "yellow",
    reading.SIDECAR_STOP: "yellow",
}


# The ids of one minute begin alike, so the end is shown; `farebox show` accepts it.
ID_LENGTH = 8


def call_line(row: Mapping[str, Any], zone: tzinfo) -> Text:
    """Return the ledger's `row` as one line: time, id, status, outcome, model, cost, duration, tokens."""
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{local(row['started_at'], zone):%H:%M:%S} {row['id'][-ID_LENGTH:]} ", "dim")
    line.append(f"{row['status'] or '---'} {row['outcome']:<13} ", _COLOURS.get(row["outcome"], ""))
    name = f"{row['provider']} {row['model_returned'] or row['model_requested'] or row['operation'] or ''}"
    line.append(f"{name:<36} ", "bold")
    line.append(f"{_cost(row):<19} ", "green" if row["cost_nanousd"] else "yellow")
    line.append(f"{figures.duration(row['duration_ms']):>8}  ")
    line.append(_tokens(row), "cyan")
    if row["ttft_ms"] is not None:
        line.append(f", first token {figures.duration(row['ttft_ms'])}", "dim")
    if error := row["error_code"] or row["error_type"]:
        line.append(f" {error}", "red")
    return line


def local(moment: datetime, zone: tzinfo) -> datetime:
    """Return a time of the ledger in `zone`; SQLite returns UTC without a zone."""
    return in_utc(moment).astimezone(zone)


def _tokens(row: Mapping[str, Any]) -> str:
    if row["cost_status"] == NONE:
        return ""
    cached = f" ({figures.count(row['cache_read_tokens'])} cached)" if row["cache_read_tokens"] else ""
    input_count, output_count = (_about(row, f"{side}_tokens") for side in ("input", "output"))
    return f"{input_count} in{cached} {output_count} out"


def _about(row: Mapping[str, Any], column: str) -> str:
    """Return a count, marked with ~ if it is estimated."""
    return ("~" if column in (row["estimate"] or ()) else "") + figures.count(row[column])


def _cost(row: Mapping[str, Any]) -> str:
    if row["cost_nanousd"] is None:
        return "" if row["cost_status"] == NONE else str(row["cost_status"])
    mark = f" {row['cost_status']}" if row["cost_status"] in {PARTIAL, ESTIMATED} else ""
    return figures.usd(row["cost_nanousd"]) + mark
