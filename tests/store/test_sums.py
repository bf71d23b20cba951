"""Sums of calls as values."""

from farebox.store.sums import Sums, summed


def test_amounts_fill_the_fields_in_their_order() -> None:
    given = Sums(3, 1, 0, 0, 70, None, None, 9, 5, 20, 90, 4, 8, 200, interpolated=True)

    assert summed([3, 1, 0, 0, 70, None, None, 9, 5, 8, 200], [20, 90, 4], interpolated=True) == given


def test_speed_and_errors_are_shares_that_are_unknown_without_calls() -> None:
    some = Sums(8, 2, 0, 0, 70, None, None, 9, 5, written_tokens=300, written_ms=4_000)
    none = Sums(0, 0, 0, 0, None, None, None, None, None)

    assert (some.tokens_per_second, some.error_share) == (75.0, 0.25)
    assert (none.tokens_per_second, none.error_share) == (None, None)
