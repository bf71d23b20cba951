"""What one round of `benchmarks.speed` measured."""

from collections.abc import Mapping
from typing import NamedTuple

from .speed_load import Taken


class Measured(NamedTuple):
    """One scenario of one round: CPU seconds by process, and what the clients saw."""

    cpu: Mapping[str, float]
    taken: Taken

    @property
    def total(self) -> float:
        return sum(self.cpu.values())


Round = dict[tuple[str, str], Measured]
