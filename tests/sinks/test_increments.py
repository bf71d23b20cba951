"""A batch increases each counter once."""

from farebox.sinks.increments import Increments


class Calls:
    """A counter that keeps what it was called with."""

    def __init__(self) -> None:
        self.amounts: list[float] = []

    def inc(self, amount: float = 1) -> None:
        self.amounts.append(amount)


def test_each_counter_is_increased_once_by_its_sum() -> None:
    one, other, sums = Calls(), Calls(), Increments()
    for child, amount in ((one, 1), (other, 0.5), (one, 2), (other, 0.25)):
        sums.add(child, amount)
    sums.apply()

    assert (one.amounts, other.amounts) == ([3], [0.75])
