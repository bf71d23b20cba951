"""A message has what every kind of destination needs."""

from tests.support.notifications import message


def test_a_message_ends_soon_and_has_nothing_more_unless_told() -> None:
    found = message()

    assert (found.ends, found.body, bool(found.text)) == (None, {}, True)
