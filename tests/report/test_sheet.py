"""One call, whole."""

import io
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from farebox.config.currency import Currency
from farebox.records.columns import COLUMNS, GROUPS
from farebox.report.currency import report_currency
from farebox.report.sheet import call_sheet
from rich.console import Console

from tests.support.samples import record


def printed(**told: Any) -> list[str]:
    text = io.StringIO()
    Console(file=text, width=160).print(call_sheet(msgspec.structs.asdict(record(**told)), ZoneInfo("Asia/Tokyo")))
    return [" ".join(line.split()) for line in text.getvalue().splitlines()]


def test_every_column_is_shown_below_the_title_of_its_group() -> None:
    kinds = {str: "x", int: 7, bool: True, dict: {"a": 1}, list: ["x"]}
    values = {column.name: kinds[column.kind] for column in COLUMNS if column.name != "started_at"}

    lines = [line.partition(" ")[0].partition(".")[0] for line in printed(**values)]

    titles = dict.fromkeys(column.group for column in COLUMNS)
    assert tuple(titles) == GROUPS
    assert lines == [line for title in titles for line in (title, *(c.name for c in COLUMNS if c.group == title))]


def test_a_sheet_has_what_is_known_and_nothing_else() -> None:
    lines = printed(user_id="u1")

    assert "started_at 2026-11-01 21:30:15.250000 JST" in lines
    assert "user_id u1" in lines
    assert not any(line.startswith(("conversation", "why")) for line in lines)


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"cost_nanousd": 155_244_028_704}, "cost_nanousd 155,244,028,704 ($155.244028704)"),
        ({"cost_nanousd": 0}, "cost_nanousd 0 ($0.000000000)"),
        ({"input_tokens": 12_345}, "input_tokens 12,345"),
        ({"streamed": True}, "streamed True"),
        ({"cost_reasons": ["a", "b"]}, "cost_reasons a, b"),
        ({"raw_usage": {"a": {"b": 1}}}, "raw_usage.a.b 1"),
        ({"tags": {"x-team": "[bold]us"}}, "tags.x-team [bold]us"),
    ],
)
def test_values_are_told_whole(told: dict[str, Any], line: str) -> None:
    assert line in printed(**told)


def test_a_cost_in_another_currency_stands_below_it() -> None:
    lines = [Currency("EUR", Decimal("1.25"), effective_from=date(2026, 11, 1))]
    text = io.StringIO()
    row = msgspec.structs.asdict(record(cost_nanousd=1_000_000))

    for begins in (lines, [msgspec.structs.replace(lines[0], effective_from=date(2026, 12, 1))]):
        currency = report_currency("EUR", begins, ZoneInfo("UTC"), "utf-8")
        Console(file=text, width=160).print(call_sheet(row, ZoneInfo("UTC"), currency))

    told = [" ".join(line.split()) for line in text.getvalue().splitlines() if "cost in EUR" in line]
    assert told == [
        "cost in EUR €0.000800000 (one EUR is 1.25 USD)",
        "cost in EUR ? (the first rate is of a later day)",
    ]
