"""Records summed by hour and dimensions, as the hourly tables hold them. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import add, attrgetter, itemgetter
from typing import Any

from ...records.record import Record
from .histogram import BOUNDS
from .tables import BY_CALLER, BY_MODEL, CACHEABLE, RollupTable

# A Record that begins to count, +1, or no longer counts, -1.
Shift = tuple[int, Record]
# An hour, and the values of a table's dimensions in it.
Place = tuple[datetime, tuple[Any, ...]]
PartialSums = Mapping[Place, Sequence[int]]

# Each call is read once, by all dimensions and for all numbers that any table has.
_DIMENSIONS, _NUMBERS = BY_CALLER.dimensions, BY_MODEL.numbers
_dimensions_of = attrgetter(*_DIMENSIONS)
_SUMMED = tuple(name for name in BY_MODEL.measures if name != CACHEABLE)
_amounts_of = attrgetter(*_SUMMED)
_PLACES = tuple(_NUMBERS.index(name) for name in _SUMMED)
_INPUT, _CACHE_READ = _SUMMED.index("input_tokens"), _SUMMED.index("cache_read_tokens")
_CACHEABLE = _NUMBERS.index(CACHEABLE)
_HISTOGRAMS = tuple(
    (_SUMMED.index(name), len(_NUMBERS) - len(BY_MODEL.buckets) + place * len(BOUNDS))
    for place, name in enumerate(BY_MODEL.histograms)
)


def aggregate(shifts: Iterable[Shift]) -> PartialSums:
    """Return by how much the sums of each hour change, by all dimensions, in the numbers of BY_MODEL."""
    sums: dict[Place, list[int]] = {}
    for sign, record in shifts:
        hour = record.started_at.replace(minute=0, second=0, microsecond=0)
        row = sums.setdefault((hour, _dimensions_of(record)), [])
        if not row:
            row += [0] * len(_NUMBERS)
        _count(row, sign, _amounts_of(record))
    return sums


def _count(row: list[int], sign: int, amounts: Sequence[int | None]) -> None:
    row[0] += sign
    for place, amount in zip(_PLACES, amounts, strict=True):
        if amount is not None:
            row[place] += sign * amount
            row[place + 1] += sign
    input_tokens = amounts[_INPUT]
    if input_tokens is not None and amounts[_CACHE_READ] is not None:
        row[_CACHEABLE] += sign * input_tokens
        row[_CACHEABLE + 1] += sign
    for summed, first in _HISTOGRAMS:
        amount = amounts[summed]
        if amount is not None and (bucket := bisect_left(BOUNDS, amount)) < len(BOUNDS):
            row[first + bucket] += sign


def project(rollup: RollupTable, partial: PartialSums) -> PartialSums:
    """Return `partial` by the dimensions of `rollup` and in its numbers, without rows that are all 0."""
    dimensions = itemgetter(*map(_DIMENSIONS.index, rollup.dimensions))
    numbers = itemgetter(*map(_NUMBERS.index, rollup.numbers))
    sums: dict[Place, Sequence[int]] = {}
    for (hour, values), row in partial.items():
        place, amounts = (hour, dimensions(values)), numbers(row)
        sums[place] = list(map(add, sums[place], amounts)) if place in sums else amounts
    return {place: row for place, row in sums.items() if any(row)}
