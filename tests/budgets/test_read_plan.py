"""Whole hours are read from the hourly sums; only parts of an hour are read from calls."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from farebox.budgets import read_plan
from farebox.budgets.burn import SHORT
from farebox.records.windows import Window
from hypothesis import given
from hypothesis import strategies as st

from tests.support.budgets import budget

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 20, 15, 20, 30, tzinfo=UTC)
MOMENTS = st.integers(0, 10**4).map(lambda minutes: datetime(2026, 10, 20, tzinfo=UTC) + timedelta(minutes=minutes))


@given(st.lists(st.tuples(MOMENTS, MOMENTS).map(sorted), min_size=1, max_size=3))
def test_a_window_is_covered_without_gap_or_overlap(pairs: list[list[datetime]]) -> None:
    windows = [(str(number), Window(*pair)) for number, pair in enumerate(pairs)]

    asked = read_plan.of_windows(windows)

    for label, window in windows:
        spans = sorted((begins, ends) for name, begins, ends in (*asked.hours, *asked.edges) if name == label)
        ends = [window.begins, *(end for _, end in spans)]
        assert [begin for begin, _ in spans] == ends[:-1]
        assert ends[-1] == window.ends
    assert all(moment.minute == 0 for _, *span in asked.hours for moment in span)
    assert all(ends - begins < 2 * HOUR for _, begins, ends in asked.edges)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
@pytest.mark.parametrize("window", ["day", "week", "month"])
def test_where_the_zone_is_whole_hours_off_no_call_is_read_for_a_window(zone: str, window: str) -> None:
    spans = [("", read_plan.current(budget(window=window), NOW, ZoneInfo(zone)))]

    assert read_plan.of_windows(spans).edges == ()


def test_a_rolling_window_reads_calls_of_its_first_hour_alone_and_holds_this_hour() -> None:
    rolling = read_plan.current(budget(window="rolling 24h"), NOW, ZoneInfo("UTC"))

    [edge] = read_plan.of_windows([("", rolling)]).edges
    assert edge[1:] == (datetime(2026, 11, 19, 15, 20, tzinfo=UTC), datetime(2026, 11, 19, 16, tzinfo=UTC))
    assert rolling.ends == datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert read_plan.before(budget(window="rolling 24h"), rolling, ZoneInfo("UTC")) is None


def test_burn_rates_read_the_last_hour_s_calls_once_and_a_day_of_hours() -> None:
    asked = read_plan.of_burn(NOW)

    assert [label for label, _, _ in asked.edges] == list(SHORT)
    assert [begins for _, begins, _ in asked.edges] == [NOW - length for length in SHORT.values()]
    assert [ends for _, _, ends in asked.edges[1:]] == [begins for _, begins, _ in asked.edges[:-1]]
    assert len(asked.hours) == read_plan.HOURS_BACK + 1
    assert asked.hours[0][1] == NOW.replace(minute=0, second=0)


@pytest.mark.parametrize(
    ("zone", "now", "before", "hours"),
    [
        ("America/Los_Angeles", "2026-03-09T12:00", "2026-03-08T08:00", 23),
        ("America/Los_Angeles", "2026-11-02T12:00", "2026-11-01T07:00", 25),
        ("Asia/Tokyo", "2026-11-02T12:00", "2026-10-31T15:00", 24),
    ],
)
def test_the_day_before_is_as_long_as_its_clock_made_it(zone: str, now: str, before: str, hours: int) -> None:
    place, day = ZoneInfo(zone), budget(window="day")
    today = read_plan.current(day, datetime.fromisoformat(now).replace(tzinfo=UTC), place)

    yesterday = read_plan.before(day, today, place)

    assert yesterday == Window(datetime.fromisoformat(before).replace(tzinfo=UTC), today.begins)
    assert yesterday.ends - yesterday.begins == hours * HOUR
