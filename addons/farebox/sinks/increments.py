"""What a batch adds to counters, summed up: each counter is increased once, as that takes a lock."""

from typing import Protocol, Self


class Counting(Protocol):
    """A child of a counter."""

    def inc(self, amount: float = 1) -> None: ...


class Increments:
    """The sums of one batch, by counter. At the end the counters are increased, by what there is after an error too."""

    def __init__(self) -> None:
        self._sums: dict[Counting, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child, amount in self._sums.items():
            child.inc(amount)

    def add(self, child: Counting, amount: float = 1) -> None:
        """Add `amount` to what `child` will be increased by."""
        self._sums[child] = self._sums.get(child, 0) + amount
