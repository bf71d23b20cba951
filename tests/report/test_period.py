"""Periods as people name them, and the days and hours that they divide into, also when the clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from farebox.errors import SettingsError
from farebox.report.period import EXAMPLES, Period, moment, period, spans
from hypothesis import given
from hypothesis import strategies as st

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "until", "start", "end"),
    [
        ("24h", None, "2026-11-23 00:30", None),
        ("90m", None, "2026-11-23 23:00", None),
        ("7d", None, "2026-11-17 00:30", None),
        ("2w", None, "2026-11-10 00:30", None),
        ("today", None, "2026-11-23 23:00", None),
        ("yesterday", None, "2026-11-22 23:00", "2026-11-23 23:00"),
        ("2026", None, "2025-12-31 23:00", "2026-12-31 23:00"),
        ("2026-11", None, "2026-10-31 23:00", "2026-11-30 23:00"),
        ("2026-12", None, "2026-11-30 23:00", "2026-12-31 23:00"),
        ("2026-10-25", None, "2026-10-24 22:00", "2026-10-25 23:00"),
        ("2026-03-29", None, "2026-03-28 23:00", "2026-03-29 22:00"),
        ("2026-11-24T18:30", None, "2026-11-24 17:30", None),
        ("2026-11-24 18:30:15", None, "2026-11-24 17:30:15", None),
        ("2026-11", "2026-11-15", "2026-10-31 23:00", "2026-11-14 23:00"),
        ("7d", "today", "2026-11-17 00:30", "2026-11-23 23:00"),
        ("all", "24h", None, "2026-11-23 00:30"),
        ("all", None, None, None),
    ],
)
def test_what_a_name_means(since: str, until: str | None, start: str | None, end: str | None) -> None:
    found = period(since, until, now=NOW, zone=BERLIN)

    assert found == Period(utc(start) if start else None, utc(end) if end else None)


@pytest.mark.parametrize(
    "text",
    [
        *("", "7", "7y", "november", "2026-13", "2026-02-30", "-7d", "2026-11-24T25:00", "7d ", "0", "0000", "10000"),
        *("-1", "0h", "000d", "1.5h", "-2026", "10000-01-01", "²d", "٣d"),
    ],
)
@pytest.mark.parametrize("key", ["since", "until"])
def test_an_invalid_time_is_refused_with_the_forms_that_are_valid(key: str, text: str) -> None:
    since, until = (text, None) if key == "since" else ("all", text)

    with pytest.raises(SettingsError) as error:
        period(since, until, now=NOW, zone=BERLIN)

    assert str(error.value) == f"{key}: {text!r} is not a valid time: use a form such as {EXAMPLES}"


@pytest.mark.parametrize(
    "text",
    [
        *("9999", "9999-12", "9999-12-31", "9999-12-31T23:59", "1969", "1969-12-31T23:59:59", "0001", "0001-01-01"),
        *("999999d", "999999h", "999999w", "99999999999h", "20782d", "9" * 5000 + "m"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland"])
@pytest.mark.parametrize("key", ["since", "until", "at"])
def test_a_time_that_no_call_can_have_is_refused_in_every_zone(key: str, zone: str, text: str) -> None:
    with pytest.raises(SettingsError) as error:
        if key == "at":
            moment(text, "at", now=NOW, zone=ZoneInfo(zone))
        since, until = (text, None) if key == "since" else ("all", text)
        period(since, until, now=NOW, zone=ZoneInfo(zone))

    assert str(error.value) == f"{key}: {text!r} is outside the years 1970 to 9998: use a form such as {EXAMPLES}"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("1970", "1970-01-01 00:00", "1971-01-01 00:00"),
        ("9998", "9998-01-01 00:00", "9999-01-01 00:00"),
        ("9998-12-31", "9998-12-31 00:00", "9999-01-01 00:00"),
        ("9999d", "1999-07-10 00:30", None),
        ("20781d", "1970-01-01 00:30", None),
        ("007d", "2026-11-17 00:30", None),
    ],
)
def test_the_first_and_the_last_year_are_valid(text: str, start: str, end: str | None) -> None:
    found = period(text, None, now=NOW, zone=ZoneInfo("UTC"))

    assert found == Period(utc(start), utc(end) if end else None)


@pytest.mark.parametrize("until", ["2026-11", "2026-11-01", "2026-11-01T00:00", "2026-10", "2026-10-31T23:59:59"])
def test_an_empty_span_is_refused(until: str) -> None:
    with pytest.raises(SettingsError) as error:
        period("2026-11", until, now=NOW, zone=BERLIN)

    assert str(error.value) == (
        f"until: the span is empty: {until!r} must be later than '2026-11' in --since; --until is excluded"
    )


def test_a_span_of_a_second_is_not_empty() -> None:
    found = period("2026-11", "2026-11-01T00:00:01", now=NOW, zone=BERLIN)

    assert found == Period(utc("2026-10-31 23:00"), utc("2026-10-31 23:00:01"))


@pytest.mark.parametrize(
    ("text", "start"),
    [("2026-11", "2026-10-31 23:00"), ("yesterday", "2026-11-22 23:00"), ("all", "1970-01-01 00:00")],
)
def test_a_moment_is_the_start_of_the_period_that_is_named(text: str, start: str) -> None:
    assert moment(text, "at", now=NOW, zone=BERLIN) == utc(start)


def test_the_days_of_a_week_in_which_the_clock_changes() -> None:
    found = spans("day", (utc("2026-10-24 12:00"), utc("2026-10-26 12:00")), BERLIN)

    assert [(label, end - start) for label, start, end in found] == [
        ("2026-10-24", timedelta(hours=24)),
        ("2026-10-25", timedelta(hours=25)),
        ("2026-10-26", timedelta(hours=24)),
    ]


def test_the_hour_that_comes_twice_is_two() -> None:
    found = spans("hour", (utc("2026-10-24 23:59"), utc("2026-10-25 02:00")), BERLIN)

    assert [label for label, _, _ in found] == [
        "2026-10-25 01:00",
        "2026-10-25 02:00 +0200",
        "2026-10-25 02:00 +0100",
        "2026-10-25 03:00",
    ]


# Each with what the hours of that time are: label, start in UTC, minutes.
HOURS = {
    ("Asia/Kolkata", "2026-11-01 12:20"): [("2026-11-01 17:00", "2026-11-01 11:30", 60)],
    ("Asia/Kathmandu", "2026-11-01 12:20"): [("2026-11-01 18:00", "2026-11-01 12:15", 60)],
    ("America/St_Johns", "2026-11-01 03:40"): [
        ("2026-11-01 01:00 -0230", "2026-11-01 03:30", 60),
        ("2026-11-01 01:00 -0330", "2026-11-01 04:30", 60),
        ("2026-11-01 02:00", "2026-11-01 05:30", 60),
    ],
    ("America/St_Johns", "2026-03-08 04:40"): [
        ("2026-03-08 01:00", "2026-03-08 04:30", 60),
        ("2026-03-08 03:00", "2026-03-08 05:30", 60),
        ("2026-03-08 04:00", "2026-03-08 06:30", 60),
    ],
    # From 02:00 to 02:30, and from 02:00 to 01:30.
    ("Australia/Lord_Howe", "2026-10-03 14:59"): [
        ("2026-10-04 01:00", "2026-10-03 14:30", 60),
        ("2026-10-04 02:00", "2026-10-03 15:30", 30),
        ("2026-10-04 03:00", "2026-10-03 16:00", 60),
    ],
    ("Australia/Lord_Howe", "2026-10-03 15:59"): [
        ("2026-10-04 02:00", "2026-10-03 15:30", 30),
        ("2026-10-04 03:00", "2026-10-03 16:00", 60),
        ("2026-10-04 04:00", "2026-10-03 17:00", 60),
    ],
    ("Australia/Lord_Howe", "2026-04-04 14:00"): [
        ("2026-04-05 01:00 +1100", "2026-04-04 14:00", 60),
        ("2026-04-05 01:00 +1030", "2026-04-04 15:00", 30),
        ("2026-04-05 02:00", "2026-04-04 15:30", 60),
    ],
    ("Australia/Lord_Howe", "2026-04-04 15:29"): [
        ("2026-04-05 01:00 +1030", "2026-04-04 15:00", 30),
        ("2026-04-05 02:00", "2026-04-04 15:30", 60),
    ],
    # From 03:45 to 02:45.
    ("Pacific/Chatham", "2026-04-04 13:20"): [
        ("2026-04-05 03:00 +1345", "2026-04-04 13:15", 45),
        ("2026-04-05 02:00 +1245", "2026-04-04 14:00", 15),
        ("2026-04-05 03:00 +1245", "2026-04-04 14:15", 60),
    ],
}


@pytest.mark.parametrize(("zone", "first"), HOURS)
def test_hours_are_those_of_the_local_clock(zone: str, first: str) -> None:
    expected = HOURS[zone, first]
    last = utc(expected[-1][1])

    found = spans("hour", (utc(first), last), ZoneInfo(zone))

    assert [(label, start, end - start) for label, start, end in found] == [
        (label, utc(start), timedelta(minutes=minutes)) for label, start, minutes in expected
    ]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("America/St_Johns", "2026-03-08", 23),
        ("America/St_Johns", "2026-11-01", 25),
        ("Asia/Kolkata", "2026-11-01", 24),
        ("Africa/Cairo", "2026-04-24", 23),
        ("America/Havana", "2026-11-01", 25),
    ],
)
def test_a_day_is_as_long_as_the_local_clock_makes_it(zone: str, day: str, hours: float) -> None:
    noon = datetime.fromisoformat(f"{day} 12:00").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    [(label, start, end)] = spans("day", (noon, noon), ZoneInfo(zone))

    assert (label, end - start) == (day, timedelta(hours=hours))
    assert start.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d") == day
    assert (end - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d") == day


ZONES = (
    *("Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland"),
    *("Pacific/Chatham", "Africa/Cairo", "America/Havana", "UTC"),
)


@given(
    st.sampled_from(ZONES),
    st.sampled_from(["day", "hour"]),
    # Around the changes of the clock as often as in the rest of the year.
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1))  # noqa: DTZ001 - a zone is given below
    | st.datetimes(datetime(2026, 4, 4), datetime(2026, 4, 6))  # noqa: DTZ001
    | st.datetimes(datetime(2026, 10, 3), datetime(2026, 10, 5)),  # noqa: DTZ001
    st.integers(0, 6 * 24 * 60),
)
def test_each_instant_is_in_the_one_span_that_the_local_clock_names(
    zone: str, unit: str, first: datetime, minutes: int
) -> None:
    first = first.replace(tzinfo=UTC)
    last = first + timedelta(minutes=minutes)

    found = spans(unit, (first, last), ZoneInfo(zone))

    assert found[0][1] <= first < found[0][2]
    assert found[-1][1] <= last < found[-1][2]
    assert [end for _, _, end in found[:-1]] == [start for _, start, _ in found[1:]]
    assert len({label for label, _, _ in found}) == len(found)
    form = "%Y-%m-%d" if unit == "day" else "%Y-%m-%d %H:00"
    for label, start, end in found:
        clock = [one.astimezone(ZoneInfo(zone)) for one in (start, end - timedelta(microseconds=1))]
        assert {one.strftime(form) for one in clock} == {label[:10] if unit == "day" else label[:16]}
        assert len(label) in {10, 16} or {one.strftime("%z") for one in clock} == {label[17:]}


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (
            "week",
            [
                ("2026-W53", "2026-12-27 23:00", "2027-01-03 23:00"),
                ("2027-W01", "2027-01-03 23:00", "2027-01-10 23:00"),
            ],
        ),
        (
            "month",
            [("2026-12", "2026-11-30 23:00", "2026-12-31 23:00"), ("2027-01", "2026-12-31 23:00", "2027-01-31 23:00")],
        ),
    ],
)
def test_weeks_begin_on_monday_and_months_on_the_first(unit: str, expected: list[tuple[str, str, str]]) -> None:
    found = spans(unit, (utc("2026-12-30 12:00"), utc("2027-01-05 12:00")), BERLIN)

    assert found == [(label, utc(start), utc(end)) for label, start, end in expected]
