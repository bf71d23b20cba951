"""A call in one line."""

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from farebox.config.currency import Currency
from farebox.report.currency import report_currency
from farebox.report.line import FIELDS, call_fields, call_line, shortened

from tests.support.samples import record

KNOWN = {
    "model_returned": "gpt-4o",
    "status": 200,
    "input_tokens": 1_200,
    "cache_read_tokens": 1_024,
    "output_tokens": 30,
    "cost_nanousd": 3_500_000,
    "duration_ms": 800,
    "ttft_ms": 90,
}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            KNOWN,
            "13:30:15 $0.00350 800 ms 200 openai gpt-4o 1,200 in (1,024 cached) 30 out {id} first token 90 ms",
        ),
        (
            KNOWN | {"cost_status": "estimated", "ttft_ms": None, "estimate": {"output_tokens": [9, 60]}},
            "13:30:15 ~$0.00350 800 ms 200 openai gpt-4o 1,200 in (1,024 cached) ~30 out {id}",
        ),
        (
            KNOWN | {"cost_status": "partial", "outcome": "client_abort", "ttft_ms": None},
            "13:30:15 $0.00350+ 800 ms 200 openai gpt-4o client_abort 1,200 in (1,024 cached) 30 out {id}",
        ),
        (
            {
                "status": 429,
                "outcome": "http_error",
                "cost_status": "none",
                "model_requested": "o3",
                "duration_ms": 9,
                "error_code": "rate_limit_exceeded",
            },
            "13:30:15 - 9 ms 429 openai o3 http_error rate_limit_exceeded {id}",
        ),
        ({"outcome": "network_error", "cost_status": "none"}, "13:30:15 - ? --- openai network_error {id}"),
        ({"cost_status": "unpriced", "status": 200}, "13:30:15 unpriced ? 200 openai ? in ? out {id}"),
    ],
    ids=["priced", "estimated", "partial", "refused", "no answer", "unpriced"],
)
def test_a_line_tells_when_how_who_and_how_much(told: dict[str, Any], expected: str) -> None:
    row = msgspec.structs.asdict(record(**told))

    line = call_line(row, ZoneInfo("Europe/Berlin"))

    assert line.plain.split() == expected.format(id=row["id"][-8:]).split()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_cost_and_duration_are_readable_at_any_width(width: int) -> None:
    row = msgspec.structs.asdict(record(**KNOWN | {"model_returned": "a-model-with-a-long-name-2026-11-01-preview"}))

    line = call_line(row, ZoneInfo("UTC"), width).plain

    assert len(line) <= width
    assert line.split()[1:4] == ["$0.00350", "800", "ms"]
    assert (" in" in line) is (width >= 80)


@pytest.mark.parametrize(
    ("width", "told", "shown"),
    [
        (60, {}, "anthropic claude-sonnet-4-5"),
        (50, {}, "anthropic c…t-4-5"),
        (60, {"status": 429, "outcome": "http_error", "provider": "x"}, "x claude-sonnet-4-5"),
        (60, {"status": 429, "outcome": "http_error", "model_returned": "m"}, "anthropic m  http_error"),
    ],
)
def test_a_model_has_the_room_that_nothing_else_fits_into(width: int, told: dict[str, Any], shown: str) -> None:
    row = msgspec.structs.asdict(
        record(**KNOWN | {"provider": "anthropic", "model_returned": "claude-sonnet-4-5"} | told)
    )

    line = call_line(row, ZoneInfo("UTC"), width).plain

    assert len(line) <= width
    assert line[33:].rstrip() == shown


def test_a_model_keeps_its_end() -> None:
    assert shortened("claude-sonnet-4-5-20250929", 16) == "claude-son…50929"


def test_embeddings_have_no_output_that_is_unknown() -> None:
    row = msgspec.structs.asdict(record(operation="embeddings", status=200, input_tokens=8, cost_nanousd=160))

    assert "8 in  " in call_line(row, ZoneInfo("UTC")).plain


@pytest.mark.parametrize(
    ("day", "shown", "piped"), [(1, "€0.00280+", "0.002800000"), (2, "?", "")], ids=["with a rate", "before the first"]
)
def test_a_cost_in_another_currency_has_the_rate_of_its_day(day: int, shown: str, piped: str) -> None:
    row = msgspec.structs.asdict(record(**KNOWN | {"cost_nanousd": 3_500_000, "cost_status": "partial"}))
    lines = [Currency("EUR", Decimal("1.25"), effective_from=date(2026, 11, day))]
    currency = report_currency("EUR", lines, ZoneInfo("UTC"), "utf-8")

    assert call_line(row, ZoneInfo("UTC"), 100, currency).plain.split()[1] == shown
    fields = call_fields(row, currency).split("\t")
    assert (fields[FIELDS.index("cost_usd")], fields[-1]) == ("0.003500000", piped)
