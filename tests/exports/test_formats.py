"""Every format gives back the rows that were written."""

import io
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from farebox.exports.formats import WRITERS, Format
from farebox.records.clean import spreadsheet_cell
from farebox.records.record import Record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.exports import READERS
from tests.support.samples import AT, record

TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


NUMBERS = st.none() | st.integers(0, 2**63 - 1)


@st.composite
def records(draw: st.DrawFn) -> Record:
    names = ("model_requested", "user_id", "finish_reason", "error_code")
    return record(
        started_at=AT + timedelta(microseconds=draw(st.integers(0, 10**12))),
        cost_nanousd=draw(NUMBERS),
        input_tokens=draw(NUMBERS),
        status=draw(st.none() | st.just(200)),
        streamed=draw(st.none() | st.booleans()),
        units=draw(st.none() | st.just({"images": 2})),
        raw_usage=draw(st.none() | st.just({"a": {"b": [1, None, True, 0.5]}})),
        cost_reasons=draw(st.none() | st.lists(st.sampled_from(["no_price:images", ',"\n']))),
        tags=draw(st.none() | st.just({"x-team": "line\nbreak \N{GRINNING FACE}"})),
        **{name: draw(TEXTS) for name in names},
    )


def as_told(row: Record) -> dict[str, Any]:
    return {**msgspec.structs.asdict(row), "started_at": row.started_at.isoformat().replace("+00:00", "Z")}


def in_cells(row: Record) -> dict[str, Any]:
    """Return `row` with texts that no spreadsheet runs."""
    return {name: spreadsheet_cell(cell) if isinstance(cell, str) else cell for name, cell in as_told(row).items()}


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(records(), max_size=8), parts=st.integers(1, 4))
def test_what_is_read_is_what_was_written(form: Format, rows: list[Record], parts: int) -> None:
    out = io.BytesIO()

    written = WRITERS[form](out)
    for first in range(0, len(rows), parts):
        written.write([msgspec.structs.asdict(row) for row in rows[first : first + parts]])
    written.close()

    told = [as_told(row) for row in rows]
    if form is Format.CSV:
        # A spreadsheet runs no cell.
        told = [
            {name: spreadsheet_cell(cell) if isinstance(cell, str) else cell for name, cell in row.items()}
            for row in told
        ]
    assert READERS[form](out.getvalue()) == told


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
    row = msgspec.structs.asdict(record(started_at=at))

    for form in WRITERS:
        out = io.BytesIO()
        written = WRITERS[form](out)
        written.write([row])
        written.close()
        assert READERS[form](out.getvalue())[0]["started_at"] == told
