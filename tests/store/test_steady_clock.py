"""A clock is steady since it was last set."""

from datetime import UTC, datetime, timedelta

import pytest
from farebox.store.steady_clock import SteadyClock

START = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


class Clocks:
    """The two clocks of a machine, in seconds after START; only the first can be set."""

    def __init__(self) -> None:
        self.wall = self.monotonic = 0.0
        self.steady = SteadyClock(lambda: START + timedelta(seconds=self.wall), lambda: 1000.0 + self.monotonic)

    def pass_by(self, seconds: float, *, set_by: float = 0.0) -> timedelta:
        """Let time pass, set the clock, and check."""
        self.monotonic += seconds
        self.wall += seconds + set_by
        self.steady.check()
        return self.steady.steady_for()


def test_a_clock_that_was_just_read_is_steady_for_no_time() -> None:
    assert Clocks().steady.steady_for() == timedelta(0)


def test_a_clock_that_goes_on_is_steady_since_the_start() -> None:
    clocks = Clocks()
    assert clocks.pass_by(600) == timedelta(minutes=10)
    assert clocks.pass_by(3000) == timedelta(hours=1)


@pytest.mark.parametrize("set_by", [61.0, -61.0, 86_400.0 * 3650, -86_400.0 * 3650])
def test_a_clock_that_is_set_begins_anew(set_by: float) -> None:
    clocks = Clocks()
    clocks.pass_by(3600)
    assert clocks.pass_by(10, set_by=set_by) == timedelta(0)
    assert clocks.pass_by(20) == timedelta(seconds=20)


@pytest.mark.parametrize("set_by", [60.0, -60.0, 0.5])
def test_a_clock_that_is_corrected_by_up_to_a_minute_stays_steady(set_by: float) -> None:
    clocks = Clocks()
    assert clocks.pass_by(3600, set_by=set_by) == timedelta(hours=1)


def test_small_corrections_at_each_check_do_not_add_up() -> None:
    clocks = Clocks()
    for _ in range(10):
        clocks.pass_by(360, set_by=30)
    assert clocks.steady.steady_for() == timedelta(hours=1)
