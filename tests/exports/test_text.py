"""JSON lines and CSV."""

import io
import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest
from farebox.config.currency import Currency
from farebox.exports.text import Csv, JsonLines, json_lines
from farebox.records.columns import NAMES
from farebox.records.times import in_utc
from farebox.report.currency import report_currency

from tests.support.names import invisible
from tests.support.samples import record


def test_a_line_has_every_column_in_order_and_null_is_null() -> None:
    line = json_lines([msgspec.structs.asdict(record())])

    found = json.loads(line)
    assert tuple(found) == NAMES
    assert (found["cost_nanousd"], found["units"], found["streamed"]) == (None, None, None)
    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 1, 12),  # noqa: DTZ001 - as SQLite returns it
        datetime(2026, 11, 1, 12, tzinfo=UTC),
        datetime(2026, 11, 1, 14, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_a_time_of_the_ledger_is_in_utc(moment: datetime) -> None:
    found = in_utc(moment)

    assert (found, found.tzinfo) == (datetime(2026, 11, 1, 12, tzinfo=UTC), UTC)


def test_each_batch_of_rows_adds_its_lines() -> None:
    out, rows = io.BytesIO(), [msgspec.structs.asdict(record()) for _ in range(3)]
    writer = JsonLines(out)

    writer.write(rows[:2])
    writer.write([])
    writer.write(rows[2:])
    writer.close()

    assert [json.loads(line)["id"] for line in out.getvalue().splitlines()] == [row["id"] for row in rows]


def test_csv_has_a_header_also_without_rows() -> None:
    out = io.BytesIO()

    Csv(out).close()

    assert out.getvalue().decode() == ",".join(f'"{name}"' for name in (*NAMES, "usd")) + "\n"


def test_csv_cells_tell_null_from_empty_text_and_numbers_from_text() -> None:
    out = io.BytesIO()
    row = record(
        id="0190aaaa-0000-7000-8000-000000000001",
        user_id="",
        model_requested='a "b", c',
        status=200,
        streamed=True,
        units={"images": 2},
        cost_reasons=["x"],
    )

    Csv(out).write([msgspec.structs.asdict(row), msgspec.structs.asdict(record(streamed=False))])

    _, first, second = out.getvalue().decode().splitlines()
    assert first.startswith('"0190aaaa-0000-7000-8000-000000000001","2026-11-01T12:30:15.250000Z",,"openai",')
    assert ',"a ""b"", c",' in first
    assert ',"true",200,' in first
    assert ',"{""images"":2}",' in first
    assert ',"[""x""]",' in first
    assert ',"",' in first
    assert ',"",' not in second
    assert ',"false",' in second


def test_csv_has_the_cost_in_usd_in_its_last_column() -> None:
    out = io.BytesIO()

    Csv(out).write([msgspec.structs.asdict(record(cost_nanousd=cost)) for cost in (1_500_000_000, 0, None)])

    cells = [line.rpartition(",")[2] for line in out.getvalue().decode().splitlines()[1:]]
    assert cells == ["1.500000000", "0.000000000", ""]


def test_csv_has_no_formula_and_json_is_exact() -> None:
    tags = {"x-note": "a\u202eb\x9b"}
    row = msgspec.structs.asdict(record(user_id="=HYPERLINK(1)", cost_nanousd=5, tags=tags))
    out = io.BytesIO()
    Csv(out).write([row])

    assert b'"\'=HYPERLINK(1)"' in out.getvalue()
    assert b",5," in out.getvalue()
    assert not invisible(out.getvalue().decode()) - {"\n"}
    written = json.loads(json_lines([row]))
    assert (written["user_id"], written["tags"]) == ("=HYPERLINK(1)", tags)


def test_a_cost_in_another_currency_comes_last() -> None:
    currency = report_currency("EUR", [Currency("EUR", Decimal("1.25"))], ZoneInfo("UTC"), "utf-8")
    rows = [msgspec.structs.asdict(record(cost_nanousd=cost)) for cost in (1_000_000, None)]
    out = io.BytesIO()

    Csv(out, currency).write(rows)

    header, first, second = out.getvalue().decode().splitlines()
    assert header.endswith('"usd","eur"')
    assert first.endswith(",0.001000000,0.000800000")
    assert second.endswith(",,")
    assert [json.loads(line)["cost_nanoeur"] for line in json_lines(rows, currency).splitlines()] == [800_000, None]
