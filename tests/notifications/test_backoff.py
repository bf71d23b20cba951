"""Pauses grow to ten minutes and never beyond."""

import pytest
from farebox.notifications.backoff import delay
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 5), (2, 15), (3, 45), (4, 135), (5, 405), (6, 600), (10**6, 600)]
)
def test_each_pause_is_three_times_the_last_up_to_ten_minutes(failures: int, seconds: float) -> None:
    assert delay(failures, 0.5) == pytest.approx(seconds)


def test_a_destination_that_asks_for_more_time_gets_it_within_limits() -> None:
    assert delay(1, 0.5, least=60) == 60
    assert delay(1, 0.5, least=99_999) == pytest.approx(720)


@given(st.integers(0, 100), st.floats(0, 1))
def test_chance_spreads_by_a_fifth(failures: int, chance: float) -> None:
    assert delay(failures, 0.0) <= delay(failures, chance) <= delay(failures, 1.0) <= 720
