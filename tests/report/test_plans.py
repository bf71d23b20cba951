"""What was used on plans, and what these cost."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from farebox.config.price_rules import PriceRule
from farebox.report.plans import as_objects, monthly_prices, months, plan_notes
from farebox.store.included import Included

USED = [
    Included("claude", 41, 0, 312_400_000_000, {"utilization_5h_percent": 12, "utilization_7d_percent": 23}),
    Included(None, 1, 1, 0, {}),
]
NOVEMBER = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("start", "end", "zone", "expected"),
    [
        ("2026-11-01", "2026-12-01", "UTC", Fraction(1)),
        ("2026-10-01", "2027-01-01", "UTC", Fraction(3)),
        ("2026-11-16", "2026-12-01", "UTC", Fraction(1, 2)),
        ("2026-11-16", "2027-01-01", "UTC", Fraction(3, 2)),
        ("2026-10-31T23:00", "2026-11-30T23:00", "Europe/Berlin", Fraction(1)),
        ("2026-11-01", "2026-11-01", "UTC", Fraction(0)),
    ],
)
def test_months_are_those_of_the_calendar(start: str, end: str, zone: str, expected: Fraction) -> None:
    first, last = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end))

    assert months(first, last, ZoneInfo(zone)) == expected


def test_the_lines_say_what_was_used_and_what_it_saved() -> None:
    lines = list(plan_notes(USED, {"claude": Decimal(200), "codex": Decimal(20)}, Fraction(1)))

    assert lines == [
        (
            "used on plans: $312.40 at list price, not billed by the call (claude 41 calls, five-hour window 12 %, "
            "seven-day window 23 %, provisioned 1 call, 1 call without a list price)"
        ),
        "claude: $312.40 at list price, $200.00 for the plan ($200 a month): $112.40 saved",
        "codex: $0 at list price, $20.00 for the plan ($20 a month): $20.00 more than at list price",
    ]
    assert list(plan_notes([], {}, Fraction(1))) == []


def test_machines_get_the_same() -> None:
    first, second = as_objects(USED, {"claude": Decimal(200)}, Fraction(1, 2))

    assert (first["plan"], first["calls"], first["price_nanousd"]) == ("claude", 41, 100_000_000_000)
    assert (second["plan"], second["unlisted"], second["price_nanousd"]) == ("provisioned", 1, None)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([{"match": {"provider": "anthropic"}}], {"claude"}),
        ([{"match": {"host": "api.z.ai"}}], {"zai_coding"}),
        ([{"match": {"host": "api.z.ai"}, "plan": "team"}], {"team"}),
        ([{"match": {"host": "llm.example"}, "name": "Our Plan"}], {"our_plan"}),
        ([{"match": {"provider": "anthropic"}, "effective_to": "2026-10-31"}], set()),
        ([{"match": {"provider": "anthropic"}, "effective_from": "2026-12-01"}], set()),
    ],
)
def test_a_rule_prices_the_plan_that_it_is_about(rules: list[dict[str, Any]], expected: set[str]) -> None:
    written = [{**rule, "billing": "plan", "monthly_usd": 200} for rule in rules]
    converted = msgspec.convert(written, tuple[PriceRule, ...], strict=False)

    assert monthly_prices(converted, *NOVEMBER) == dict.fromkeys(expected, Decimal(200))
