"""Lengths keep their fraction, whatever form they are stated in."""

import pytest
from farebox.dialects._lengths import length, milliseconds
from hypothesis import given
from hypothesis import strategies as some


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (8, 8_000),
        (8.0, 8_000),
        (3.4, 3_400),
        (0.0004, 0),
        ("8", 8_000),
        ("8s", 8_000),
        ("8.5s", 8_500),
        ("12.125", 12_125),
        (" 6 seconds ", 6_000),
        (0, 0),
        (None, None),
        (True, None),
        (-1, None),
        (float("nan"), None),
        (float("inf"), None),
        (1e300, None),
        ("", None),
        ("long", None),
        ("1:30", None),
        ("-8", None),
        ("1" * 400, None),
        ("٨", None),
        ([8], None),
    ],
)
def test_a_length_is_a_number_or_its_text(value: object, expected: int | None) -> None:
    assert milliseconds(value) == expected


@pytest.mark.parametrize(
    ("value", "times", "expected"),
    [
        (8, 2, {"video_seconds": 16}),
        ("8s", 1, {"video_seconds": 8}),
        (6.5, 2, {"video_milliseconds": 13_000}),
        (0, 1, None),
        (None, 1, None),
        (8, 0, None),
    ],
)
def test_whole_seconds_are_seconds_and_a_fraction_is_milliseconds(
    value: object, times: int, expected: dict[str, int] | None
) -> None:
    assert length("video", value, times) == expected


@given(some.integers(1, 10**8))
def test_text_and_number_are_the_same_length(whole: int) -> None:
    assert milliseconds(f"{whole / 1000:.3f}") == milliseconds(whole / 1000) == whole
