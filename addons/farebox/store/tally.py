"""Records summed up by hour and dimensions, as the hourly tables hold them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

from ..record import Record
from .grains import Grain
from .histogram import BOUNDS, bucket

# A Record that begins to count, +1, or does no longer, -1.
Shift = tuple[int, Record]
# An hour, and the values of a grain's dimensions in it.
Place = tuple[datetime, tuple[Any, ...]]


def tallied(grain: Grain, shifts: Iterable[Shift]) -> Mapping[Place, Sequence[int]]:
    """Return by how much each row of `grain` changes: the amounts of `grain.numbers`, where any is not 0."""
    reader, width = _reader(grain), len(grain.numbers)
    found: dict[Place, list[int]] = {}
    for sign, record in shifts:
        place = reader.place(record)
        row = found.get(place)
        if row is None:
            row = found[place] = [0] * width
        reader.add(row, sign, record)
    return {place: row for place, row in found.items() if any(row)}


class _Reader:
    """Reads from Records what a grain sums up."""

    def __init__(self, grain: Grain) -> None:
        self._model = grain.dimensions.index("model")
        self._dimensions = attrgetter(*(name for name in grain.dimensions if name != "model"))
        direct = [name for name in grain.measures if name != "cacheable_tokens"]
        self._amounts = attrgetter(*direct)
        self._places = [1 + 2 * grain.measures.index(name) for name in direct]
        self._cacheable = 1 + 2 * grain.measures.index("cacheable_tokens")
        first = 1 + 2 * len(grain.measures)
        self._histograms = [
            (direct.index(name), first + number * len(BOUNDS)) for number, name in enumerate(grain.histograms)
        ]

    def place(self, record: Record) -> Place:
        told = self._dimensions(record)
        model = record.model_returned if record.model_returned is not None else record.model_requested
        hour = record.started_at.replace(minute=0, second=0, microsecond=0)
        return hour, (*told[: self._model], model, *told[self._model :])

    def add(self, row: list[int], sign: int, record: Record) -> None:
        row[0] += sign
        amounts = self._amounts(record)
        for place, amount in zip(self._places, amounts, strict=True):
            if amount is not None:
                row[place] += sign * amount
                row[place + 1] += sign
        if record.input_tokens is not None and record.cache_read_tokens is not None:
            row[self._cacheable] += sign * record.input_tokens
            row[self._cacheable + 1] += sign
        for measured, first in self._histograms:
            amount = amounts[measured]
            if amount is not None and (here := bucket(amount)) is not None:
                row[first + here] += sign


_reader = cache(_Reader)
