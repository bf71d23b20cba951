"""The tables of hourly sums: by model, and by caller. They derive from the columns."""

from dataclasses import dataclass
from functools import cached_property

from ...records.column import Dimension, Sum
from ...records.columns import COLUMNS
from .histogram import BOUNDS

# The input of the calls that report how much of it was read from a cache: only of these is a hit rate known.
CACHEABLE = "cacheable_tokens"
_DIMENSIONS = sorted(
    (column.rollup.place, column.rollup.name or column.name, column.rollup.by_caller)
    for column in COLUMNS
    if isinstance(column.rollup, Dimension)
)
_CALLED = tuple(name for _, name, by_caller in _DIMENSIONS if not by_caller)
# The places of the first migration; later dimensions come last in both tables.
_FIRST_PLACES = 15
ADDED = sum(place >= _FIRST_PLACES for place, _, _ in _DIMENSIONS)
_SUMS = {column.name: column.rollup for column in COLUMNS if isinstance(column.rollup, Sum)}


@dataclass(frozen=True)
class RollupTable:
    """A table of hourly sums: a row for each hour and each combination of `dimensions` that occurred in it.

    For each of `measures` it has the sum and, as NAME_known, the number of calls that have a value; for each of
    `histograms` the number of calls in each bucket.
    """

    table: str
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    histograms: tuple[str, ...]

    @cached_property
    def buckets(self) -> tuple[str, ...]:
        return tuple(name for histogram in self.histograms for name in buckets_of(histogram))

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The columns that are summed up, in their order in the table."""
        columns = (name for measure in self.measures for name in (measure, known(measure)))
        return ("calls", *columns, *self.buckets)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return ("hour", "key", *self.dimensions, *self.numbers)


def known(measure: str) -> str:
    """Return the column that counts the calls that report `measure`."""
    return f"{measure}_known"


def buckets_of(measure: str) -> tuple[str, ...]:
    """Return the columns that count calls by their `measure`: above the bound before, up to the one in the name."""
    return tuple(f"{measure}_to_{bound}" for bound in BOUNDS)


def _histograms(table: str) -> tuple[str, ...]:
    return tuple(name for name, rollup in _SUMS.items() if table in rollup.histogram)


# The few rows of the first answer most questions; the second is for questions about callers.
BY_MODEL = RollupTable("hourly_by_model", _CALLED, (*_SUMS, CACHEABLE), _histograms("hourly_by_model"))
BY_CALLER = RollupTable(
    "hourly_by_caller",
    tuple(name for _, name, _ in _DIMENSIONS),
    (*(name for name, rollup in _SUMS.items() if rollup.by_caller), CACHEABLE),
    _histograms("hourly_by_caller"),
)
ROLLUP_TABLES = (BY_MODEL, BY_CALLER)
