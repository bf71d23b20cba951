"""A report in another currency has the ledger's calls, each at the rate of its day, from hourly sums or not."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from farebox.config.currency import Currency
from farebox.report.currency import report_currency
from farebox.report.period import spans
from farebox.report.spend import spend
from farebox.sinks.database import DatabaseSink
from farebox.store.sums import Scope
from sqlalchemy import Engine

from tests.support.samples import record

START = datetime(2026, 10, 31, 7, 20, tzinfo=UTC)
LINES = [Currency("EUR", Decimal(f"1.0{day}"), effective_from=date(2026, 11, day)) for day in range(1, 5)]
CALLS = [
    record(
        started_at=START + timedelta(minutes=71 * number),
        model_returned=f"m{number % 3}",
        cost_nanousd=None if number % 11 == 0 else 10**9 + 7 * number,
        cost_status="unpriced" if number % 11 == 0 else "priced",
    )
    for number in range(100)
]


@pytest.mark.parametrize("few", [0, 10_000], ids=["hourly sums", "calls"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
@pytest.mark.parametrize("by", [("model",), ("model", "day"), ()])
def test_each_line_is_the_sum_of_its_calls_at_the_rates_of_their_days(
    by: Sequence[str], zone: str, few: int, engine: Engine
) -> None:
    DatabaseSink(engine).write(CALLS, {})
    scope = Scope(START + timedelta(hours=3), START + timedelta(hours=99, minutes=30))
    currency = report_currency("EUR", LINES, ZoneInfo(zone), "utf-8")
    assert currency is not None

    found = spend(engine, scope, by, lambda first, last: spans("day", (first, last), ZoneInfo(zone)), currency, few=few)

    chosen = [row for row in CALLS if scope.start and scope.end and scope.start <= row.started_at < scope.end]
    for group in [*found.groups, None]:
        sums = found.whole if group is None else group.sums
        key = dict(zip(by, group.key, strict=True)) if group else {}
        mine = [
            row
            for row in chosen
            if key.get("model", row.model) == row.model
            and key.get("day") in {None, f"{row.started_at.astimezone(ZoneInfo(zone)):%Y-%m-%d}"}
        ]
        rated = [(row.cost_nanousd, currency.rate_at(row.started_at)) for row in mine if row.cost_nanousd]
        known = [cost * rate for cost, rate in rated if rate is not None]
        assert sums.converted is not None
        assert sums.converted.nano == (round(sum(known)) if known else None)
        assert sums.converted.missing_nanousd == sum(cost for cost, rate in rated if rate is None)


def test_without_another_currency_a_report_is_in_usd(engine: Engine) -> None:
    DatabaseSink(engine).write(CALLS[:3], {})

    assert spend(engine, Scope(), ("model",), lambda _first, _last: (), None).whole.converted is None
