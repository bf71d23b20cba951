"""A FOCUS file has the ledger's sums, and tells what it lacks."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from farebox.billing.payer import Payer
from farebox.config.currency import Currency
from farebox.exports.focus.columns import Version, columns_of
from farebox.exports.focus.writer import Asked, notes, write
from farebox.records.record import Record
from farebox.records.usage import Usage
from farebox.report.currency import report_currency
from msgspec.structs import replace

from tests.support.samples import AT, reading, record_of

USAGE = Usage(input_tokens=901, cache_read_tokens=33, output_tokens=7)
CALL = record_of(reading(usage=USAGE))
PLAN = record_of(replace(reading(usage=USAGE), **Payer("plan", "header", "claude")._asdict()))
UNKNOWN = record_of(reading(model_requested="house-blend-7b"))
ROWS = [replace(CALL, started_at=AT + timedelta(minutes=7 * number)) for number in range(30)]


def written(rows: Sequence[Record], asked: Asked) -> tuple[list[dict[str, str]], list[str]]:
    out = io.BytesIO()
    told = write(out, sorted(rows, key=lambda row: row.started_at), asked)
    return list(csv.DictReader(io.StringIO(out.getvalue().decode()))), list(notes(told, asked))


def prices(_start: datetime, _end: datetime) -> dict[str, Decimal]:
    return {"claude": Decimal(200), "codex": Decimal(20)}


def test_the_costs_of_a_file_are_those_of_the_ledger() -> None:
    rows, told = written([*ROWS, PLAN], Asked())

    assert (
        sum(Decimal(row["BilledCost"]) for row in rows) == Decimal(sum(row.cost_nanousd or 0 for row in ROWS)) / 10**9
    )
    assert told == []


def test_a_file_has_a_header_of_its_version_even_without_calls() -> None:
    for version in Version:
        out = io.BytesIO()
        write(out, [], Asked(version))
        assert out.getvalue().decode().strip().split(",") == [one.name for one in columns_of(version)]


def test_a_plan_with_a_price_is_bought_once_in_each_month_of_its_calls() -> None:
    later = replace(PLAN, started_at=AT + timedelta(days=40))

    rows, _ = written([PLAN, PLAN, later, CALL], Asked(plan_prices=prices))

    bought = [row for row in rows if row["ChargeCategory"] == "Purchase"]
    assert [(row["BilledCost"], row["BillingPeriodStart"]) for row in bought] == [
        ("200.0", "2026-11-01T00:00:00Z"),
        ("200.0", "2026-12-01T00:00:00Z"),
    ]


def test_charges_of_unknown_cost_are_told_and_written_only_if_asked_for() -> None:
    without, told = written([CALL, UNKNOWN], Asked())
    whole, warned = written([CALL, UNKNOWN], Asked(writes_unknown=True))

    assert len(whole) == len(without) + 2
    assert {row["BilledCost"] for row in whole if row["x_CostStatus"] == "unpriced"} == {""}
    unknown = "2 charges of unknown cost (1 call unpriced)"
    left_out = "not in the file, as FOCUS requires a cost; --unknown-costs writes them with empty costs"
    assert told == [f"{unknown}: {left_out}"]
    assert warned == [f"{unknown}: written with empty costs, which FOCUS does not allow"]


def test_lower_bounds_and_estimates_are_told() -> None:
    _, told = written([replace(CALL, cost_status="partial"), CALL], Asked())

    assert told == ["1 call with a cost that is a lower bound or an estimate (x_CostStatus)"]


def test_numbers_have_no_exponent_and_texts_run_in_no_spreadsheet() -> None:
    rows, _ = written([replace(CALL, team="=1+1", cost_status="reported", cost_nanousd=1)], Asked())

    assert {row["SubAccountId"] for row in rows} == {"'=1+1"}
    assert not [cell for row in rows for name, cell in row.items() if "E" in cell and "Cost" in name]


def test_charges_in_another_currency_have_the_rate_of_their_day_and_usd_beside_it() -> None:
    first = AT.date() + timedelta(days=1)
    lines = [Currency("EUR", Decimal("1.25"), effective_from=first)]
    later = replace(CALL, started_at=AT + timedelta(days=2))
    currency = report_currency("EUR", lines, ZoneInfo("UTC"), "utf-8")

    rows, told = written([CALL, later], Asked(currency=currency))

    billed = [(Decimal(row["BilledCost"]), Decimal(row["PricingCurrencyEffectiveCost"])) for row in rows]
    assert {(row["BillingCurrency"], row["PricingCurrency"]) for row in rows} == {("EUR", "USD")}
    assert all(cost == usd / Decimal("1.25") for cost, usd in billed)
    assert sum(usd for _, usd in billed) == Decimal(CALL.cost_nanousd or 0).scaleb(-9)
    assert all(
        Decimal(row["ListCost"]) == Decimal(row["ListUnitPrice"]) * Decimal(row["PricingQuantity"]) for row in rows
    )
    [line] = told
    assert line.startswith(f"{len(rows)} charges from before the first rate of EUR: not in the file")
