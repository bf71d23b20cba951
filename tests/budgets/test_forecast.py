"""Forecasts know the weekday and the hour."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from farebox.budgets.forecast import Outlook, Shape, forecast, outlook, shape_of
from farebox.records.windows import Window, window
from hypothesis import given
from hypothesis import strategies as st

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
START = datetime(2026, 8, 31, 22, tzinfo=UTC)


def office(hour: datetime, zone: ZoneInfo = BERLIN) -> int:
    """Return what an office uses in `hour`: most of it from nine to six on workdays."""
    local = hour.astimezone(zone)
    return 1_000 if local.weekday() < 5 and 9 <= local.hour < 18 else 120


def used(begins: datetime, ends: datetime) -> dict[datetime, int]:
    return {begins + n * HOUR: office(begins + n * HOUR) for n in range(int((ends - begins) / HOUR))}


def ahead_at(now: datetime, period: str = "month") -> tuple[int, Outlook, int, int]:
    """Return the use so far, the outlook, the history's amount and the true use by the end, for an office."""
    month = window(period, now, BERLIN)
    past = used(now - timedelta(days=28), now)
    found = outlook(shape_of(past, now, BERLIN), month, now)
    so_far = sum(used(month.begins, now).values())
    return so_far, found, sum(past.values()), sum(used(month.begins, month.ends).values())


@pytest.mark.parametrize("hours", [2, 24, 84, 192, 360, 576, 718])
@pytest.mark.parametrize("month", [datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2027, 2, 28, 23, tzinfo=UTC)])
def test_an_office_s_month_is_foreseen_from_its_first_hours_on_also_over_a_clock_change(
    hours: int, month: datetime
) -> None:
    so_far, ahead, past, true = ahead_at(month + hours * HOUR)

    assert forecast(so_far, ahead, past) == pytest.approx(true, rel=0.03)


def test_a_straight_line_would_be_far_off_on_a_monday_morning() -> None:
    so_far, ahead, past, true = ahead_at(datetime(2026, 10, 5, 6, tzinfo=UTC), "week")

    assert so_far / (8 / 168) < 0.4 * true
    assert forecast(so_far, ahead, past) == pytest.approx(true, rel=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_a_budget_that_is_too_small_is_told_in_the_first_quarter_and_one_with_reserve_is_not(seed: int) -> None:
    noise = random.Random(seed)
    amounts = {
        hour: round(amount * noise.lognormvariate(0, 0.8))
        for hour, amount in used(START, START + 60 * 24 * HOUR).items()
    }
    month = window("month", START + timedelta(days=31), BERLIN)
    total = sum(amount for hour, amount in amounts.items() if month.begins <= hour < month.ends)
    told = {1.3: 0, 0.9: 0}
    for day in range(1, 31):
        now = month.begins + timedelta(days=day)
        past = {hour: amount for hour, amount in amounts.items() if now - timedelta(days=28) <= hour < now}
        so_far = sum(amount for hour, amount in past.items() if hour >= month.begins)
        found = forecast(so_far, outlook(shape_of(past, now, BERLIN), month, now), sum(past.values()))
        for need, first in told.items():
            is_over = found is not None and found > 1.1 * total / need and so_far > 0.05 * total / need
            told[need] = first or (day if is_over else 0)

    assert 0 < told[1.3] <= 7
    assert told[0.9] == 0


def test_without_history_the_rate_so_far_goes_on_once_there_is_some_of_it() -> None:
    month = window("month", START, BERLIN)
    flat = shape_of({}, START, BERLIN)

    assert forecast(0, outlook(flat, month, month.begins + HOUR), 0) is None
    assert forecast(100, outlook(flat, month, month.begins + timedelta(days=15)), 0) == 200


def test_a_young_window_does_not_extrapolate_its_first_dear_call() -> None:
    so_far, ahead, past, true = ahead_at(datetime(2026, 9, 30, 23, tzinfo=UTC))
    dear = true // 50

    assert (forecast(so_far + dear, ahead, past) or 0) < 1.6 * true < dear * ahead.total / ahead.elapsed


@given(st.dictionaries(st.integers(0, 24 * 28 - 1), st.integers(0, 10**12)))
def test_no_hour_has_the_weight_zero_and_the_mean_weight_is_one(amounts: dict[int, int]) -> None:
    until = START + 28 * 24 * HOUR
    shape = shape_of({START + n * HOUR: amount for n, amount in ({0: 1} | amounts).items()}, until, BERLIN)

    assert all(weight > 0 for weight in shape.weights.values())
    if shape.weights and shape.history.begins == START:
        assert shape.weight(shape.history) == pytest.approx(28 * 24)


def test_a_half_hour_zone_takes_the_hour_of_its_middle() -> None:
    shape = Shape({(0, 0): 5.0}, Window(START, START), ZoneInfo("Asia/Kolkata"))
    monday = datetime(2026, 10, 4, 18, 30, tzinfo=UTC)

    assert shape.weight(Window(monday, monday + HOUR)) == pytest.approx((5 + 1) / 2)
