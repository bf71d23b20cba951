"""A destination that has not taken a message says why, and when to come again."""

from farebox.notifications.delivery_error import DeliveryError


def test_without_being_asked_nobody_waits_longer() -> None:
    assert (str(DeliveryError("HTTP 500")), DeliveryError("HTTP 500").retry_after) == ("HTTP 500", 0.0)
    assert DeliveryError("HTTP 429", 30.0).retry_after == 30.0
