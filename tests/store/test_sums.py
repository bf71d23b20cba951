"""Sums of calls as values."""

from farebox.store.sums import Sums, summed


def test_amounts_fill_the_fields_in_their_order() -> None:
    given = Sums(3, 1, 0, 0, 70, None, None, 9, 5, interpolated=True)

    assert summed([3, 1, 0, 0, 70, None, None, 9, 5], interpolated=True) == given
