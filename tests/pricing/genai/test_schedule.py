"""Prices by the hour: the days on which they hold, from the provider's page."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from farebox.pricing.genai.schedule import schedule

from tests.support.genai import price

MILLION = 1_000_000


def at_beijing(day: str, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}:00+08:00")


@pytest.mark.parametrize(
    ("model", "at", "usd"),
    [
        ("deepseek-v4-pro", at_beijing("2026-11-06", 10), "1.32"),
        ("deepseek-v4-pro", at_beijing("2026-11-06", 8, 59), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-11-06", 12), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-11-06", 14), "1.32"),
        ("deepseek-v4-pro", at_beijing("2026-11-06", 18), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-11-07", 10), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-11-08", 17), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-08-22", 10), "1.32"),
        ("deepseek-v4-pro", at_beijing("2026-08-23", 10), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-10-01", 10), "0.66"),
        ("deepseek-v4-pro", at_beijing("2026-10-08", 10), "1.32"),
        ("deepseek-v4-pro", at_beijing("2026-08-14", 10), "0.435"),
        ("deepseek-v4-pro", at_beijing("2026-08-17", 10), "1.32"),
        ("deepseek-v4-flash", at_beijing("2026-08-14", 10), "0.14"),
        ("deepseek-v4-flash", at_beijing("2026-08-20", 10), "0.44"),
        ("deepseek-v4-flash", at_beijing("2026-08-20", 20), "0.22"),
        ("deepseek-v4-flash", at_beijing("2026-10-20", 10), "0.3"),
        ("deepseek-flash", at_beijing("2026-10-24", 10), "0.15"),
        ("deepseek-flash", at_beijing("2026-10-23", 10), "0.3"),
    ],
    ids=str,
)
def test_peak_hours_are_those_of_working_days_since_there_are_any(model: str, at: datetime, usd: str) -> None:
    cost = price(f"deepseek/{model}", at, input_tokens=MILLION, output_tokens=0)

    assert cost.nanousd == int(Decimal(usd) * 10**9)
    assert cost.status == "priced"


def test_a_call_that_ends_in_peak_hours_is_billed_as_such() -> None:
    began = at_beijing("2026-11-06", 8, 59)
    costs = [
        price("deepseek/deepseek-v4-pro", began, duration_ms=lasted, input_tokens=MILLION, output_tokens=0).nanousd
        for lasted in (59_000, 60_000)
    ]

    assert costs == [660_000_000, 1_320_000_000]


@pytest.mark.parametrize(
    ("ref", "is_scheduled"),
    [
        ("deepseek/deepseek-v4-pro", True),
        ("deepseek/deepseek-flash", True),
        ("deepseek/deepseek-chat", False),
        ("openrouter/deepseek/deepseek-v4-pro", False),
        ("openai/gpt-4o", False),
    ],
)
def test_models_with_peak_hours_on_working_days_have_a_schedule(ref: str, is_scheduled: bool) -> None:
    assert (schedule(ref) is not None) is is_scheduled


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        # The first peak day begins on Monday, 17 August, in Beijing.
        (datetime(2026, 8, 16, 15, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 8, 16, 16, tzinfo=UTC), True),
        # Weekends have peak hours until the end of Saturday, 22 August.
        (datetime(2026, 8, 22, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 8, 22, 16, tzinfo=UTC), False),
        (datetime(2026, 8, 23, 15, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 8, 23, 16, tzinfo=UTC), True),
        # Friday ends at 16:00 UTC.
        (datetime(2026, 11, 6, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 6, 16, tzinfo=UTC), False),
        # The first and the last public holiday that are known.
        (datetime(2026, 9, 24, 16, tzinfo=UTC), False),
        (datetime(2026, 9, 24, 15, 59, tzinfo=UTC), True),
        (datetime(2027, 10, 1, 12, tzinfo=UTC), False),
        (datetime(2027, 9, 30, 12, tzinfo=UTC), True),
    ],
    ids=str,
)
def test_a_schedule_counts_days_in_beijing(moment: datetime, holds: bool) -> None:
    found = schedule("deepseek/deepseek-v4-pro")

    assert found is not None
    assert found.holds(moment) is holds


@pytest.mark.parametrize(
    "day",
    [
        *("2026-09-25", "2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07", "2027-01-01"),
        *("2027-02-05", "2027-02-08", "2027-04-05", "2027-06-09", "2027-09-15", "2027-10-01"),
    ],
)
def test_public_holidays_have_no_peak_hours(day: str) -> None:
    found, noon = schedule("deepseek/deepseek-v4-pro"), at_beijing(day, 12).astimezone(UTC)

    assert found is not None
    assert noon.weekday() < 5
    assert not found.holds(noon)
    assert any(found.holds(noon + timedelta(days=days)) for days in range(1, 12))
