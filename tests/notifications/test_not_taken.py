"""A destination that has not taken a message says why, and when to come again."""

from farebox.notifications.not_taken import NotTakenError


def test_without_being_asked_nobody_waits_longer() -> None:
    assert (str(NotTakenError("HTTP 500")), NotTakenError("HTTP 500").retry_after) == ("HTTP 500", 0.0)
    assert NotTakenError("HTTP 429", 30.0).retry_after == 30.0
