"""One row, one line of JSON."""

import json
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from farebox.cli.export import json_line
from farebox.record import COLUMNS
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from sqlalchemy import Engine

from .samples import AT, record


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2026, 11, 1, 12, 30, 15, 250000), "2026-11-01T12:30:15.250000Z"),  # noqa: DTZ001 - as SQLite gives it
        (datetime(2026, 11, 1, 12, 30, 15, tzinfo=UTC), "2026-11-01T12:30:15Z"),
        (datetime(2026, 11, 1, 12, 30, 15, tzinfo=timezone(timedelta(hours=2))), "2026-11-01T10:30:15Z"),
    ],
    ids=["without a zone", "UTC", "another zone"],
)
def test_times_are_rfc_3339_in_utc(at: datetime, told: str) -> None:
    line = json_line(msgspec.structs.asdict(record(started_at=at)))

    assert json.loads(line)["started_at"] == told


def test_a_line_has_every_column_in_order_and_null_is_null() -> None:
    line = json_line(msgspec.structs.asdict(record()))

    found = json.loads(line)
    assert tuple(found) == COLUMNS
    assert (found["cost_nanousd"], found["units"], found["streamed"]) == (None, None, None)
    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")


def test_a_row_from_the_ledger_is_told_as_it_was_recorded(engine: Engine) -> None:
    told = record(
        cost_nanousd=2**63 - 1,
        units={"images": 2},
        raw_usage={"a": {"b": [1, None, True]}},
        cost_reasons=["no_price:images"],
        tags={"x-team": "line\nbreak \N{GRINNING FACE}"},
        streamed=False,
    )

    DatabaseSink(engine).write([told], {})
    [line] = map(json_line, queries.all_calls(engine))

    assert json.loads(line) == {**msgspec.structs.asdict(told), "started_at": AT.isoformat().replace("+00:00", "Z")}
    assert line.count(b"\n") == 1
