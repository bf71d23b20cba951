"""Records summed up by hour and dimensions, as the hourly tables hold them. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import add, attrgetter, itemgetter
from typing import Any

from ...records.record import Record
from .histogram import BOUNDS
from .tables import BY_CALLER, BY_MODEL, RollupTable

# A Record that begins to count, +1, or does no longer, -1.
Shift = tuple[int, Record]
# An hour, and the values of a grain's dimensions in it.
Place = tuple[datetime, tuple[Any, ...]]
PartialSums = Mapping[Place, Sequence[int]]

# A call is read once: by all dimensions there are, for all numbers that there are.
_DIMENSIONS, _NUMBERS = BY_CALLER.dimensions, BY_MODEL.numbers
_MODEL = _DIMENSIONS.index("model")
_told = attrgetter(*("model_returned" if name == "model" else name for name in _DIMENSIONS))
_DIRECT = tuple(name for name in BY_MODEL.measures if name != "cacheable_tokens")
_amounts = attrgetter(*_DIRECT)
_PLACES = tuple(_NUMBERS.index(name) for name in _DIRECT)
_INPUT, _CACHE_READ = _DIRECT.index("input_tokens"), _DIRECT.index("cache_read_tokens")
_CACHEABLE = _NUMBERS.index("cacheable_tokens")
_HISTOGRAMS = tuple(
    (_DIRECT.index(name), len(_NUMBERS) - len(BY_MODEL.buckets) + place * len(BOUNDS))
    for place, name in enumerate(BY_MODEL.histograms)
)


def aggregate(shifts: Iterable[Shift]) -> PartialSums:
    """Return by how much the sums of each hour change, by all dimensions, in the numbers of BY_MODEL."""
    found: dict[Place, list[int]] = {}
    for sign, record in shifts:
        told = _told(record)
        if record.model_returned is None:
            told = (*told[:_MODEL], record.model_requested, *told[_MODEL + 1 :])
        place = (record.started_at.replace(minute=0, second=0, microsecond=0), told)
        row = found.get(place)
        if row is None:
            row = found[place] = [0] * len(_NUMBERS)
        _count(row, sign, _amounts(record))
    return found


def _count(row: list[int], sign: int, amounts: Sequence[int | None]) -> None:
    row[0] += sign
    for place, amount in zip(_PLACES, amounts, strict=True):
        if amount is not None:
            row[place] += sign * amount
            row[place + 1] += sign
    given = amounts[_INPUT]
    if given is not None and amounts[_CACHE_READ] is not None:
        row[_CACHEABLE] += sign * given
        row[_CACHEABLE + 1] += sign
    for measured, first in _HISTOGRAMS:
        amount = amounts[measured]
        if amount is not None and (here := bisect_left(BOUNDS, amount)) < len(BOUNDS):
            row[first + here] += sign


def project(rollup: RollupTable, partial: PartialSums) -> PartialSums:
    """Return `tally` by the dimensions of `grain` and in its numbers, where any is not 0."""
    dimensions = itemgetter(*map(_DIMENSIONS.index, rollup.dimensions))
    numbers = itemgetter(*map(_NUMBERS.index, rollup.numbers))
    found: dict[Place, Sequence[int]] = {}
    for (hour, told), row in partial.items():
        place, own = (hour, dimensions(told)), numbers(row)
        found[place] = list(map(add, found[place], own)) if place in found else own
    return {place: row for place, row in found.items() if any(row)}
