"""What hourly sums are kept of: by what is called, and by who calls."""

from dataclasses import dataclass
from functools import cached_property

from .histogram import BOUNDS

_CALLED = (
    *("sidecar", "provider", "host", "model", "operation", "service_tier"),
    *("outcome", "status", "cost_status", "purpose", "client_app"),
)
_CALLER = ("user_id", "team", "project", "key_fingerprint")
_MEASURES = (
    *("input_tokens", "cacheable_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("output_tokens", "reasoning_tokens", "cost_nanousd", "catalogue_cost_nanousd", "duration_ms"),
)


@dataclass(frozen=True)
class RollupTable:
    """A table of hourly sums: a row for each hour and each combination of `dimensions` that occurred in it.

    Of each of `measures` it has the sum and, as NAME_known, the number of calls that told it; of each of `histograms`
    the number of calls in each bucket.
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
        told = (name for measure in self.measures for name in (measure, known(measure)))
        return ("calls", *told, *self.buckets)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return ("hour", "key", *self.dimensions, *self.numbers)


def known(measure: str) -> str:
    """Return the column that counts the calls which told `measure`."""
    return f"{measure}_known"


def buckets_of(measure: str) -> tuple[str, ...]:
    """Return the columns that count calls by their `measure`: above the bound before, up to the one in the name."""
    return tuple(f"{measure}_to_{bound}" for bound in BOUNDS)


# The few rows of this one answer most questions; the other is for those that ask who.
BY_MODEL = RollupTable("hourly_by_model", _CALLED, (*_MEASURES, "ttft_ms"), ("duration_ms", "ttft_ms"))
BY_CALLER = RollupTable("hourly_by_caller", (*_CALLED, *_CALLER), _MEASURES, ("duration_ms",))
ROLLUP_TABLES = (BY_MODEL, BY_CALLER)
