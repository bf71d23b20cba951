"""A call in one line."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from farebox.report.line import call_line

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
            "13:30:15 {id} 200 ok openai gpt-4o $0.00350 800 ms 1,200 in (1,024 cached) 30 out, first token 90 ms",
        ),
        (
            KNOWN | {"cost_status": "estimated", "ttft_ms": None, "estimate": {"output_tokens": [9, 60]}},
            "13:30:15 {id} 200 ok openai gpt-4o $0.00350 estimated 800 ms 1,200 in (1,024 cached) ~30 out",
        ),
        (
            KNOWN | {"cost_status": "partial", "outcome": "client_abort", "ttft_ms": None},
            "13:30:15 {id} 200 client_abort openai gpt-4o $0.00350 partial 800 ms 1,200 in (1,024 cached) 30 out",
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
            "13:30:15 {id} 429 http_error openai o3 9 ms rate_limit_exceeded",
        ),
        ({"outcome": "network_error", "cost_status": "none"}, "13:30:15 {id} --- network_error openai ?"),
        ({"cost_status": "unpriced", "status": 200}, "13:30:15 {id} 200 ok openai unpriced ? ? in ? out"),
    ],
    ids=["priced", "estimated", "partial", "refused", "no answer", "unpriced"],
)
def test_a_line_tells_when_how_who_and_how_much(told: dict[str, Any], expected: str) -> None:
    row = msgspec.structs.asdict(record(**told))

    line = call_line(row, ZoneInfo("Europe/Berlin"))

    assert line.plain.split() == expected.format(id=row["id"][-8:]).split()


def test_lines_stand_below_each_other() -> None:
    lines = [
        call_line(msgspec.structs.asdict(record(**told)), ZoneInfo("UTC")).plain for told in (KNOWN, {"status": 200})
    ]

    assert lines[0].index("1,200 in") == lines[1].index("? in")
