"""A batch increases each counter once."""

import pytest
from farebox.sinks.increments import Increments


class Calls:
    """A counter that keeps what it was called with."""

    def __init__(self) -> None:
        self.amounts: list[float] = []

    def inc(self, amount: float = 1) -> None:
        self.amounts.append(amount)


def test_each_counter_is_increased_once_by_its_sum() -> None:
    one, other = Calls(), Calls()
    with Increments() as sums:
        for child, amount in ((one, 1), (other, 0.5), (one, 2), (other, 0.25)):
            sums.add(child, amount)
        assert one.amounts == []

    assert (one.amounts, other.amounts) == ([3], [0.75])


def test_what_was_counted_before_an_error_counts() -> None:
    one = Calls()
    with pytest.raises(ValueError, match="a fault"), Increments() as sums:
        sums.add(one, 1)
        raise ValueError("a fault")

    assert one.amounts == [1]
