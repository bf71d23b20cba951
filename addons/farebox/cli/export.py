"""`farebox export`."""

import enum
import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer

from .. import settings as settings_module
from ..store import queries
from ..store.engine import opened
from ..store.migrate import migrate
from .options import Config, Ledger


class Format(enum.StrEnum):
    """What `export` can write."""

    JSONL = "jsonl"


def export(
    *,
    format: Annotated[Format, typer.Option(help="jsonl: one JSON object a line.")] = Format.JSONL,  # noqa: ARG001
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Print every row of the ledger, one JSON object a line; times are RFC 3339 in UTC, NULL is null."""
    with opened(settings_module.load({"ledger": ledger}, config=config).ledger) as engine:
        migrate(engine)
        for row in queries.all_calls(engine):
            sys.stdout.buffer.write(json_line(row))
    sys.stdout.flush()


def json_line(row: dict[str, Any]) -> bytes:
    """Return one row as a line of JSON."""
    at: datetime = row["started_at"]
    # SQLite keeps no time zone: what it holds is UTC.
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return msgspec.json.encode({**row, "started_at": at}) + b"\n"
