"""Ranges of time are split into whole hours and edges, without a gap or an overlap."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from farebox.store.rollups.ranges import EVER, HOUR, Range, clipped, floor, in_whole_hours, split
from hypothesis import given
from hypothesis import strategies as st

DAY = datetime(2026, 11, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    """Return the time 'HH:MM' of DAY."""
    hour, minute = map(int, text.split(":"))
    return DAY + timedelta(hours=hour, minutes=minute)


def ranges(*texts: str) -> list[Range]:
    """Return the ranges 'HH:MM-HH:MM', each with a label of its own."""
    return [(str(number), *map(at, text.split("-"))) for number, text in enumerate(texts)]  # type: ignore[misc]


def times(found: list[Range]) -> list[str]:
    return [f"{begins:%H:%M}-{ends:%H:%M}" for _, begins, ends in found]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at("12:00"), at("12:00")),
        (at("12:59") + timedelta(seconds=59, microseconds=999_999), at("12:00")),
        (at("13:00") - timedelta(microseconds=1), at("12:00")),
    ],
)
def test_the_hour_that_a_moment_is_in(moment: datetime, expected: datetime) -> None:
    assert floor(moment) == expected


def test_an_hour_is_an_hour() -> None:
    assert timedelta(minutes=60) == HOUR


@pytest.mark.parametrize(
    ("text", "whole", "edges"),
    [
        ("10:00-12:00", ["10:00-12:00"], []),
        ("10:01-12:00", ["11:00-12:00"], ["10:01-11:00"]),
        ("10:00-12:01", ["10:00-12:00"], ["12:00-12:01"]),
        ("10:30-12:30", ["11:00-12:00"], ["10:30-11:00", "12:00-12:30"]),
        ("10:00-11:00", ["10:00-11:00"], []),
        ("10:00-10:59", [], ["10:00-10:59"]),
        ("10:30-11:30", [], ["10:30-11:30"]),
        ("10:30-11:00", [], ["10:30-11:00"]),
        ("10:59-12:00", ["11:00-12:00"], ["10:59-11:00"]),
    ],
)
def test_whole_hours_and_the_parts_before_and_after_them(text: str, whole: list[str], edges: list[str]) -> None:
    found = split(ranges(text))

    assert tuple(map(times, found)) == (whole, edges)


def test_ranges_keep_their_labels() -> None:
    whole, edges = split(ranges("10:30-12:00", "14:00-15:10"))

    assert [label for label, *_ in whole] == ["0", "1"]
    assert [label for label, *_ in edges] == ["0", "1"]


@given(st.integers(0, 300), st.integers(1, 300))
def test_the_parts_cover_the_range_and_nothing_twice(first: int, length: int) -> None:
    begins = DAY + timedelta(minutes=first)
    ends = begins + timedelta(minutes=length)

    whole, edges = split([("x", begins, ends)])

    parts = sorted((start, end) for _, start, end in [*whole, *edges])
    assert parts[0][0] == begins
    assert parts[-1][1] == ends
    assert all(before[1] == after[0] for before, after in pairwise(parts))
    assert all(start == floor(start) and end == floor(end) for _, start, end in whole)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, ["10:00-12:00", "12:00-14:00"]),
        ("11:00", None, ["11:00-12:00", "12:00-14:00"]),
        (None, "13:00", ["10:00-12:00", "12:00-13:00"]),
        ("11:00", "13:00", ["11:00-12:00", "12:00-13:00"]),
        ("12:00", None, ["12:00-14:00"]),
        (None, "12:00", ["10:00-12:00"]),
        ("14:00", None, []),
        (None, "10:00", []),
    ],
)
def test_ranges_are_clipped(start: str | None, end: str | None, expected: list[str]) -> None:
    found = clipped(ranges("10:00-12:00", "12:00-14:00"), start and at(start), end and at(end))  # type: ignore[arg-type]

    assert times(found) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09:30-10:30", ["09:00-10:00"]),
        ("09:30-12:30", ["09:00-12:30"]),
        ("10:10-10:50", []),
        ("11:00-12:30", ["11:00-12:30"]),
        ("11:30-12:30", ["11:30-12:30"]),
    ],
)
def test_bounds_before_the_first_call_move_to_the_start_of_their_hour(text: str, expected: list[str]) -> None:
    assert times(in_whole_hours(ranges(text), at("11:00"))) == expected


def test_every_call_is_within_ever() -> None:
    assert EVER[0] < datetime(1970, 1, 1, tzinfo=UTC) < datetime(2999, 1, 1, tzinfo=UTC) < EVER[1]
