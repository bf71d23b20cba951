"""A prompt and the completion after it are one booking."""

from datetime import UTC, datetime, timedelta

from farebox.librechat.bookings import bookings
from farebox.librechat.transactions import Transaction

START = datetime(2026, 11, 2, tzinfo=UTC)


def one(kind: str, seconds: float = 0, conversation: str = "c", nanousd: int = 1) -> Transaction:
    return Transaction(
        kind, START + timedelta(seconds=seconds), "u", conversation, None, "m", "message", nanousd, 1, 1, 0, 0
    )


def test_the_two_transactions_of_a_call_are_one_booking_whatever_their_order() -> None:
    found = bookings([one("completion", 0.002), one("prompt", 0.001), one("prompt", 9), one("completion", 9, "other")])

    assert [(bool(pair.prompt), bool(pair.completion)) for pair in found] == [
        (True, True),
        (True, False),
        (False, True),
    ]
    assert [pair.nanousd for pair in found] == [2, 1, 1]


def test_two_calls_of_one_turn_are_two_bookings() -> None:
    found = bookings([one("prompt"), one("completion"), one("prompt", 0.01), one("completion", 0.01)])

    assert [pair.nanousd for pair in found] == [2, 2]


def test_transactions_that_lie_apart_are_no_pair() -> None:
    assert len(bookings([one("prompt"), one("completion", 60)])) == 2
