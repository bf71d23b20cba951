"""One call as one line: for a terminal of any width, or as fields between tabs."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from rich.text import Text

from ..pricing.cost import ESTIMATED, NONE, PARTIAL
from ..records import reading
from ..records.clean import visible
from ..records.times import in_utc
from ..store.sums import Converted
from . import figures, styles
from .currency import ReportCurrency

_COLOURS = {
    reading.HTTP_ERROR: styles.BAD,
    reading.PROVIDER_CUT: styles.BAD,
    reading.NETWORK_ERROR: styles.BAD,
    reading.CLIENT_ABORT: styles.WARNING,
    reading.SIDECAR_STOP: styles.WARNING,
}
# The ids of one minute begin alike, so the end is shown; `farebox show` accepts it.
ID_LENGTH = 8
_COST, _DURATION, _STATUS = 10, 8, 3
# A model is shortened to this before something else is left out.
_SHORTEST_NAME, _LONGEST_NAME = 16, 36
FIELDS = (
    *("started_at", "id", "status", "outcome", "provider", "model", "cost_usd", "cost_status", "duration_ms"),
    *("ttft_ms", "input_tokens", "cache_read_tokens", "output_tokens", "error"),
)


def call_line(row: Mapping[str, Any], zone: tzinfo, width: int = 160, currency: ReportCurrency | None = None) -> Text:
    """Return the ledger's `row` as one line of up to `width` characters, with its cost in `currency`, or else in USD.

    First time, cost, duration and status, which always fit; then the model, the tokens and the rest, as far as there is
    room.
    """
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{local(row['started_at'], zone):%H:%M:%S} ", styles.QUIET)
    # A code takes more room than a symbol.
    width_of_cost = _COST + (len(currency.prefix) - 1 if currency else 0)
    line.append(f"{_cost(row, currency):>{width_of_cost}} ", styles.MONEY if row["cost_nanousd"] else styles.WARNING)
    line.append(f"{figures.duration(row['duration_ms']):>{_DURATION}} ")
    line.append(f"{row['status'] or '---'!s:>{_STATUS}} ", _COLOURS.get(row["outcome"], ""))
    room = width - len(line.plain)
    parts = _parts(row, room - _SHORTEST_NAME)
    name = f"{row['provider']} {_model(row)}"
    beside = room - sum(len(text) + 2 for text, _ in parts[:1])
    # What doesn't fit beside the shortest name leaves its room to the name.
    longest, least = (min(_LONGEST_NAME, beside),) * 2 if beside >= _SHORTEST_NAME else (min(_LONGEST_NAME, room), 0)
    line.append(f"{shortened(name, longest):<{least}}", "bold")
    for text, style in parts:
        if len(line.plain) + 2 + len(text) > width:
            break
        line.append("  ").append(text, style)
    return line


def call_fields(row: Mapping[str, Any], currency: ReportCurrency | None = None) -> str:
    """Return the FIELDS of `row` between tabs, an unknown one empty; time in UTC, cost in USD.

    The cost in another `currency` comes last.
    """
    cost = figures.exact_usd(row["cost_nanousd"])
    more = [figures.exact_usd(_converted(row, currency).nano)] if currency else []
    values = {
        **row,
        "started_at": f"{in_utc(row['started_at']):%Y-%m-%dT%H:%M:%S.%fZ}",
        "model": _model(row),
        "cost_usd": cost,
        "error": row["error_code"] or row["error_type"],
    }
    fields = [*(values[name] for name in FIELDS), *more]
    return "\t".join("" if value is None else visible(str(value).replace("\t", " ")) for value in fields)


def shortened(text: str, width: int) -> str:
    """Return `text`, cut in its middle to `width`: models differ at their ends."""
    if len(text) <= width:
        return text
    end = (width - 1) // 3
    return f"{text[: width - 1 - end]}…{text[len(text) - end :]}"


def local(moment: datetime, zone: tzinfo) -> datetime:
    """Return a time of the ledger in `zone`; SQLite returns UTC without a zone."""
    return in_utc(moment).astimezone(zone)


def _model(row: Mapping[str, Any]) -> str:
    return row["model_returned"] or row["model_requested"] or row["operation"] or ""


def _parts(row: Mapping[str, Any], room: int) -> list[tuple[str, str]]:
    """Return what follows the model, the most important first; `room` is what a short model leaves."""
    error = row["error_code"] or row["error_type"]
    parts = [
        ("" if row["outcome"] == reading.OK else row["outcome"], _COLOURS.get(row["outcome"], "")),
        (error or "", styles.BAD),
        (_tokens(row) if len(_tokens(row)) + 2 <= room else _tokens({**row, "cache_read_tokens": None}), ""),
        (row["id"][-ID_LENGTH:], styles.QUIET),
        ("" if row["ttft_ms"] is None else f"first token {figures.duration(row['ttft_ms'])}", styles.QUIET),
    ]
    return [part for part in parts if part[0]]


def _tokens(row: Mapping[str, Any]) -> str:
    if row["cost_status"] == NONE:
        return ""
    cached = f" ({figures.count(row['cache_read_tokens'])} cached)" if row["cache_read_tokens"] else ""
    # Embeddings and the like have no output, so that its count is not unknown.
    output = "" if row["output_tokens"] is None and row["operation"] in _WITHOUT_OUTPUT else " out"
    output_count = f" {_about(row, 'output_tokens')}{output}" if output else ""
    return f"{_about(row, 'input_tokens')} in{cached}{output_count}"


_WITHOUT_OUTPUT = frozenset({"embeddings", "moderation"})


def _about(row: Mapping[str, Any], column: str) -> str:
    """Return a count, marked with ~ if it is estimated."""
    return ("~" if column in (row["estimate"] or ()) else "") + figures.count(row[column])


def _converted(row: Mapping[str, Any], currency: ReportCurrency) -> Converted:
    return currency.converted(row["cost_nanousd"], in_utc(row["started_at"]))


def _cost(row: Mapping[str, Any], currency: ReportCurrency | None) -> str:
    """Return the cost, with ~ if it is estimated and + if it is a lower bound."""
    if row["cost_nanousd"] is None:
        return "-" if row["cost_status"] == NONE else str(row["cost_status"])
    before, after = "~" if row["cost_status"] == ESTIMATED else "", "+" if row["cost_status"] == PARTIAL else ""
    if currency is not None:
        amount = figures.converted(_converted(row, currency))
        return amount if amount == figures.UNKNOWN else f"{before}{amount}{after}"
    return f"{before}{figures.usd(row['cost_nanousd'])}{after}"
