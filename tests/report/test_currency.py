"""Costs in another currency: each at the rate of its day, exact, and unknown before the first rate."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from farebox.config.currency import Currency
from farebox.report.currency import ReportCurrency, bill_in, lacking, report_currency
from farebox.store.run_bill import Bill
from farebox.store.sums import Converted, Group, Sums
from hypothesis import given
from hypothesis import strategies as st

BERLIN = ZoneInfo("Europe/Berlin")
LINES = (
    Currency("EUR", Decimal("1.25"), effective_from=date(2026, 11, 2)),
    Currency("EUR", Decimal("1.6"), effective_from=date(2026, 11, 5)),
    Currency("EUR", Decimal(2), host="api.example.com", effective_from=date(2026, 11, 3)),
    Currency("CHF", Decimal(3)),
)
MIDNIGHT = datetime(2026, 11, 1, 23, tzinfo=UTC)
SUMS = Sums(1, 0, 0, 0, 1, 1, 1, 1, 10**9)


def euros(encoding: str = "utf-8") -> ReportCurrency:
    found = report_currency("EUR", LINES, BERLIN, encoding)
    assert found is not None
    return found


def test_a_rate_holds_from_its_day_on_in_the_time_zone_and_none_before_the_first() -> None:
    moments = (MIDNIGHT - timedelta(microseconds=1), MIDNIGHT, datetime(2026, 11, 4, 23, tzinfo=UTC))

    assert [euros().rate_at(moment) for moment in moments] == [None, Fraction(4, 5), Fraction(5, 8)]


def test_a_cost_without_a_rate_is_unknown_and_nothing_is_nothing() -> None:
    before = MIDNIGHT - timedelta(hours=1)

    assert euros().converted(7, before) == Converted("EUR", "€", None, 7)
    assert euros().converted(0, before).nano == 0
    assert euros().converted(None, MIDNIGHT).nano is None


@pytest.mark.parametrize(("nanousd", "nano"), [(10, 8), (1, 1), (3, 2), (-3, -2)])
def test_a_figure_is_rounded_to_the_nearest_billionth(nanousd: int, nano: int) -> None:
    assert euros().converted(nanousd, MIDNIGHT).nano == nano


def test_a_half_is_rounded_to_even() -> None:
    halves = report_currency("EUR", [Currency("EUR", Decimal(2))], BERLIN, "utf-8")

    assert halves is not None
    assert [halves.converted(cost, MIDNIGHT).nano for cost in (1, 3, 5)] == [0, 2, 2]


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.integers(-60, 6 * 24 * 60), st.none() | st.integers(0, 10**15)),
        max_size=30,
    )
)
def test_sums_are_those_of_the_calls_converted_one_by_one_and_rounded_once(
    calls: list[tuple[str, int, int | None]],
) -> None:
    currency, start = euros(), MIDNIGHT - timedelta(days=1)
    cut = currency.cut([("first", start - timedelta(days=1), MIDNIGHT), ("rest", MIDNIGHT, MIDNIGHT + timedelta(99))])
    timed = [(name, start + timedelta(minutes=minute), cost) for name, minute, cost in calls]
    groups = [
        Group((name, label), Sums(1, 0, 0, 0, 1, 1, 1, 1, cost))
        for name, moment, cost in timed
        for label, begins, ends in cut
        if begins <= moment < ends
    ]

    found, whole = currency.sums(groups, 1, has_span=False)

    exact = Fraction(sum(cost * (currency.rate_at(moment) or 0) for _, moment, cost in timed if cost is not None))
    assert len(groups) == len(calls)
    assert (whole.nano or 0) == round(exact)
    assert whole.missing_nanousd == sum(cost or 0 for _, moment, cost in timed if currency.rate_at(moment) is None)
    assert abs(sum(one.nano or 0 for one in found.values()) - exact) <= Fraction(len(found), 2)


def test_a_span_keeps_its_label() -> None:
    currency = euros()
    cut = currency.cut([("all", MIDNIGHT - timedelta(days=9), MIDNIGHT + timedelta(days=9))])

    found, _ = currency.sums([Group((label, "m"), SUMS) for label, _, _ in cut], 0, has_span=True)

    assert len(cut) == 3
    assert found == {("all", "m"): Converted("EUR", "€", 800_000_000 + 625_000_000, 10**9)}


def test_what_has_no_rate_is_said_with_its_share() -> None:
    sums = Sums(2, 0, 0, 0, 1, 1, 1, 1, 4 * 10**9, converted=Converted("EUR", "€", 2, 10**9))

    assert lacking(SUMS) is None
    assert "$1.00 (25% of the cost in USD) is from before the first rate of EUR" in (lacking(sums) or "")


def test_a_symbol_that_the_terminal_lacks_is_the_code() -> None:
    francs = report_currency("CHF", LINES, BERLIN, "utf-8")

    assert francs is not None
    assert [euros("utf-8").prefix, euros("ascii").prefix, francs.prefix] == ["€", "EUR ", "CHF "]
    assert report_currency("USD", LINES, BERLIN, "utf-8") is None
    assert report_currency("", LINES, BERLIN, "utf-8") is None


def test_a_bill_is_converted_unless_a_rate_begins_meanwhile() -> None:
    bill = Bill([Group(("openai", "gpt-4o"), SUMS)], SUMS, [])

    one = bill_in(bill, euros(), MIDNIGHT, MIDNIGHT + timedelta(hours=1))

    assert one.total.converted == one.groups[0].sums.converted == Converted("EUR", "€", 800_000_000)
    assert bill_in(bill, euros(), MIDNIGHT - timedelta(hours=1), MIDNIGHT) == bill
    assert bill_in(bill, None, MIDNIGHT, MIDNIGHT) == bill
