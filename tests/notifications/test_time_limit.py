"""What takes too long is left alone, and has one thread at most."""

import threading

import pytest
from farebox.notifications.delivery_error import DeliveryError
from farebox.notifications.time_limit import TimeLimit


def test_errors_come_through() -> None:
    def fail() -> None:
        raise DeliveryError("HTTP 500")

    with pytest.raises(DeliveryError, match="HTTP 500"):
        TimeLimit(30).run(fail)


def test_what_hangs_is_left_alone_and_nothing_runs_beside_it() -> None:
    patience, go_on, done = TimeLimit(0.05), threading.Event(), list[int]()

    def hang() -> None:
        go_on.wait(60)
        done.append(1)

    with pytest.raises(DeliveryError, match=r"no answer within 0\.05 s"):
        patience.run(hang)
    with pytest.raises(DeliveryError, match="hangs still"):
        patience.run(lambda: done.append(2))
    go_on.set()
    assert patience._running is not None
    patience._running.join(30)
    patience.run(lambda: done.append(3))

    assert done == [1, 3]
