"""Budgets as people and programs read them."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from farebox.budgets.figures import Figures
from farebox.budgets.use import Use
from farebox.config.budgets import Budget
from farebox.records.windows import Window
from farebox.report.budgets import as_csv, as_json, budgets_table, notes

from tests.support.budgets import USD, budget
from tests.support.printing import printed

AT = datetime(2026, 11, 20, tzinfo=UTC)
WINDOW = Window(datetime(2026, 10, 31, 23, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC))
BERLIN = ZoneInfo("Europe/Berlin")
EACH = budget(name="each", scope="user", match="*")
OFFICE = Figures(budget(), "", WINDOW, Use(calls=9, nanousd=60 * USD), {"1h": 2.25}, forecast=150 * USD)


def lines(*found: Figures, budgets: tuple[Budget, ...] = (), width: int = 160) -> list[str]:
    return printed(budgets_table(found, budgets, BERLIN, width=width), width=width)


def test_a_budget_has_used_left_forecast_burn_and_end() -> None:
    _, header, row = lines(OFFICE)

    assert header == "budget window limit used % left forecast burn 1h unknown ends"
    assert row == "office month $100.00 $60.00 60% ████████▍ $40.00 150% 2.2x Tue 01 Dec 00:00"


def test_a_rolling_budget_in_tokens_has_no_forecast_and_no_end() -> None:
    rolling = budget(limit="300 tokens", window="rolling 24h")

    row = lines(Figures(rolling, "ann", WINDOW, Use(tokens=400)))[-1]

    assert row == "office: ann rolling 24h 300 400 133% ██████████████ -100"


def test_a_narrow_terminal_drops_columns_and_cuts_none() -> None:
    assert lines(OFFICE, width=50)[1] == "budget window limit used % left"


@pytest.mark.parametrize(
    ("use", "note"),
    [
        (Use(nanousd=60 * USD, estimated_nanousd=50 * USD), "office: estimates would add $50.00, 110% in all."),
        (Use(unpriced=2), "office: 2 calls with unknown cost, not in the use."),
        (Use(partial=1), "office: the cost of 1 call is a lower bound."),
    ],
)
def test_below_the_table_stands_what_is_not_known(use: Use, note: str) -> None:
    assert list(notes([Figures(budget(), "", WINDOW, use)], [])) == [note]


def test_a_budget_for_each_that_nobody_has_used_is_named() -> None:
    assert lines(OFFICE, budgets=(budget(), EACH))[-1] == "each: no user has used any of it in this window."


def test_json_and_csv_have_exact_amounts() -> None:
    told = json.loads(as_json([OFFICE], AT))
    [line] = csv.DictReader(io.StringIO(as_csv([OFFICE])))

    assert told["at"] == "2026-11-20T00:00:00Z"
    [one] = told["budgets"]
    amounts = {"unit": "nanousd", "limit": 100 * USD, "used": 60 * USD, "left": 40 * USD, "forecast": 150 * USD}
    assert one.items() >= amounts.items()
    assert (one["burn_rate"], one["name"], one["begins"]) == ({"1h": 2.25}, None, "2026-10-31T23:00:00+00:00")
    assert (line["used"], line["burn_1h"], line["name"]) == (str(60 * USD), "2.25", "")
    assert as_csv([]) == "budget\n"


def test_csv_has_no_cell_that_a_spreadsheet_would_run() -> None:
    [line] = csv.DictReader(io.StringIO(as_csv([replace(OFFICE, name="=1+\u202e1")])))

    assert line["name"] == "'=1+1"
