"""When to stop, and whether to do so at once."""

import os
import signal
import time

import pytest
from farebox.process.stopping import ECHO_SECONDS, until_signalled

NUMBERS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_stops_and_a_second_one_makes_it_urgent(number: signal.Signals) -> None:
    seen = []
    with until_signalled() as stop:
        seen.append((stop.wait(0), stop.is_urgent))
        for pause in (0, 0, ECHO_SECONDS):
            time.sleep(pause)
            os.kill(os.getpid(), number)
            seen.append((stop.wait(10), stop.is_urgent))

    # One that comes with the first is its echo.
    assert seen == [(False, False), (True, False), (True, False), (True, True)]


def test_a_stop_without_a_signal_is_not_urgent() -> None:
    with until_signalled() as stop:
        stop.end()

        assert (stop.wait(0), stop.is_urgent) == (True, False)


def test_handlers_are_restored_afterwards() -> None:
    before = [signal.getsignal(number) for number in NUMBERS]

    with until_signalled():
        pass

    assert [signal.getsignal(number) for number in NUMBERS] == before


def test_a_signal_at_any_moment_of_a_wait_is_noticed() -> None:
    for moment in range(3000):
        with until_signalled() as stop:
            before = signal.signal(signal.SIGALRM, stop.take)
            signal.setitimer(signal.ITIMER_REAL, 1e-5 + moment % 100 * 2e-6)
            while not stop.wait(2e-5):
                pass
            signal.signal(signal.SIGALRM, before)
