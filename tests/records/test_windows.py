"""Windows of time: rolling ones last as long as they say, calendar periods follow the clocks of the time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from farebox.records.windows import WINDOWS, weeks_before, window
from hypothesis import given
from hypothesis import strategies as st

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 25, 14, 30, 12, 5, UTC)
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Santiago",
    "America/Havana",
]


@pytest.mark.parametrize(
    ("name", "length"),
    [
        ("5m", timedelta(minutes=5)),
        ("1h", timedelta(hours=1)),
        ("24h", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
        ("30d", timedelta(days=30)),
    ],
)
def test_a_rolling_window_ends_with_this_minute_and_ignores_the_clock_change(name: str, length: timedelta) -> None:
    begins, ends = window(name, NOW, BERLIN)

    assert begins == datetime(2026, 10, 25, 14, 30, tzinfo=UTC) - length
    assert ends == datetime(2026, 10, 25, 14, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "zone", "now", "begins", "ends"),
    [
        # A day of 25 hours, and one of 23.
        ("today", "Europe/Berlin", "2026-10-25T14:30", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("day", "Europe/Berlin", "2026-03-29T12:00", "2026-03-28T23:00", "2026-03-29T22:00"),
        # Just before and after a midnight that isn't UTC's.
        ("today", "Asia/Kolkata", "2026-05-09T18:29", "2026-05-08T18:30", "2026-05-09T18:30"),
        ("today", "Asia/Kolkata", "2026-05-09T18:30", "2026-05-09T18:30", "2026-05-10T18:30"),
        # Midnight is in the gap: the day begins at 01:00. Midnight comes twice: it begins with the first.
        ("today", "America/Santiago", "2026-09-06T12:00", "2026-09-06T04:00", "2026-09-07T03:00"),
        ("today", "America/Havana", "2026-11-01T12:00", "2026-11-01T04:00", "2026-11-02T05:00"),
        ("week", "Europe/Berlin", "2026-10-25T23:00", "2026-10-25T23:00", "2026-11-01T23:00"),
        ("month", "Europe/Berlin", "2026-10-31T23:00", "2026-10-31T23:00", "2026-11-30T23:00"),
        ("month", "UTC", "2028-02-29T23:59", "2028-02-01T00:00", "2028-03-01T00:00"),
        ("year", "America/New_York", "2027-01-01T04:59", "2026-01-01T05:00", "2027-01-01T05:00"),
    ],
)
def test_a_calendar_period_is_that_of_the_time_zone(name: str, zone: str, now: str, begins: str, ends: str) -> None:
    found = window(name, datetime.fromisoformat(now).replace(tzinfo=UTC), ZoneInfo(zone))

    assert [moment.isoformat() for moment in found] == [f"{text}:00+00:00" for text in (begins, ends)]


@given(
    name=st.sampled_from((*WINDOWS, "week", "year")),
    now=st.integers(0, 15 * 366 * 86_400).map(lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(0, seconds)),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_now_is_in_its_window_and_periods_follow_without_a_gap(name: str, now: datetime, zone: ZoneInfo) -> None:
    begins, ends = window(name, now, zone)

    assert begins <= now < ends
    if name in {"today", "week", "month", "year"}:
        assert window(name, ends, zone).begins == ends
        assert window(name, begins, zone) == (begins, ends)


@pytest.mark.parametrize("name", ["", "1w", "0h", "-1h", "now", "12345h"])
def test_an_unknown_window_is_an_error(name: str) -> None:
    with pytest.raises(LookupError):
        window(name, NOW, BERLIN)


def test_the_same_hour_of_earlier_weeks_is_that_of_the_clock() -> None:
    before_the_change = weeks_before(NOW, 1, BERLIN)

    assert before_the_change == datetime(2026, 10, 18, 13, 30, 12, 5, UTC)
    assert before_the_change.astimezone(BERLIN).hour == NOW.astimezone(BERLIN).hour
