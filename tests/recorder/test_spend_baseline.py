"""What is usual for an hour, and what a month will come to."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from farebox.recorder.spend_baseline import forecast, usual, usual_hours
from farebox.records.windows import Window, window

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 2, 14, 20, tzinfo=UTC)


def test_the_hours_to_compare_with_are_those_of_the_clock() -> None:
    found = usual_hours(NOW, NOW - timedelta(days=60), BERLIN)

    # The clock changed on 25 October: before, 15:20 in Berlin was 13:20.
    assert [week[1].isoformat() for week in found] == [
        "2026-10-26T14:00:00+00:00",
        "2026-10-19T13:00:00+00:00",
        "2026-10-12T13:00:00+00:00",
        "2026-10-05T13:00:00+00:00",
    ]
    assert all((week[0] - week[1], week[2] - week[1]) == (timedelta(hours=-1), timedelta(hours=1)) for week in found)


def test_two_whole_weeks_are_needed() -> None:
    enough = datetime(2026, 10, 19, 12, tzinfo=UTC)

    assert len(usual_hours(NOW, enough, BERLIN)) == 2
    assert usual_hours(NOW, enough + timedelta(hours=1), BERLIN) == []
    assert usual_hours(NOW, None, BERLIN) == []


def test_usual_is_the_median_of_the_weeks_largest_hours() -> None:
    assert usual([[0, 3, 9], [1, 1, 1], [5, 0, 0]]) == 5
    assert usual([[0, 3, 9], [1, 1, 2]]) == 5.5


def test_the_rest_of_a_month_is_like_the_same_hours_of_earlier_weeks() -> None:
    def spent(hour: datetime) -> int:
        local = hour.astimezone(BERLIN)
        return 100 if local.weekday() < 5 and local.hour == 9 else 0

    month = window("month", NOW, BERLIN)

    found = forecast(NOW, month, 1_000, BERLIN, NOW - timedelta(days=90), spent)

    # From Tuesday 3 to Monday 30 November there are 20 working days.
    assert found == (3_000, 3_000, 3_000)


def test_the_bounds_are_the_cheapest_and_the_dearest_week() -> None:
    now = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
    day = Window(now.replace(minute=0), now.replace(hour=2, minute=0))
    weeks = {now.replace(hour=hour, minute=0) - timedelta(weeks=week): 10 * week for week in (1, 2) for hour in (0, 1)}

    found = forecast(now, day, 7, ZoneInfo("UTC"), now - timedelta(weeks=2, hours=1), lambda hour: weeks.get(hour, 0))

    # Half of this hour and the whole of the next one are left.
    assert found == (7 + 15, 7 + 22.5, 7 + 30)


def test_without_a_week_there_is_no_forecast() -> None:
    month = window("month", NOW, BERLIN)

    assert forecast(NOW, month, 1, BERLIN, NOW - timedelta(days=6), lambda _hour: 1) is None
    assert forecast(NOW, month, 1, BERLIN, None, lambda _hour: 1) is None
