"""Spans of time as a person names them, where the clock changes too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from farebox.errors import SettingsError
from farebox.report.period import Period, period, spans
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


@pytest.mark.parametrize("text", ["", "7", "7y", "november", "2026-13", "2026-02-30", "-7d", "2026-11-24T25:00", "7d "])
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^since: .* is no time: write one of 24h, 7d"):
        period(text, None, now=NOW, zone=BERLIN)


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"^until: 2026-10 is not after 2026-11"):
        period("2026-11", "2026-10", now=NOW, zone=BERLIN)


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


def test_hours_begin_where_the_local_clock_says() -> None:
    [(label, start, end)] = spans(
        "hour", (utc("2026-11-01 12:20"), utc("2026-11-01 12:21")), ZoneInfo("Asia/Kathmandu")
    )

    assert (label, start, end) == ("2026-11-01 18:00", utc("2026-11-01 12:15"), utc("2026-11-01 13:15"))


@given(
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Auckland", "UTC"]),
    st.sampled_from(["day", "hour"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - a zone is given below
    st.integers(0, 6 * 24 * 60),
)
def test_spans_follow_each_other_without_a_gap_and_hold_both_ends(
    zone: str, unit: str, first: datetime, minutes: int
) -> None:
    first = first.replace(tzinfo=UTC)
    last = first + timedelta(minutes=minutes)

    found = spans(unit, (first, last), ZoneInfo(zone))

    assert found[0][1] <= first
    assert found[-1][1] <= last < found[-1][2]
    assert [end for _, _, end in found[:-1]] == [start for _, start, _ in found[1:]]
    assert len({label for label, _, _ in found}) == len(found)
