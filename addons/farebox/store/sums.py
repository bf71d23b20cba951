"""Which calls, and their sums: the values that queries take and return. Pure, so that any process can read them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Scope:
    """Which calls: from `start` on, before `end`, and where each dimension has one of its values (None: unknown)."""

    start: datetime | None = None
    end: datetime | None = None
    where: tuple[tuple[str, tuple[str | None, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Converted:
    """A cost in another currency: `nano` are billionths of one unit of `code`, which is printed behind `prefix`.

    `nano` is None if no part of the cost has a rate, or none is known; `missing_nanousd` is the part without a rate.
    """

    code: str
    prefix: str
    nano: int | None
    missing_nanousd: int = 0


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of one group of calls. A sum is None if none of the calls has a value.

    `uncertain` counts the calls whose cost is a lower bound or estimated. `cacheable_tokens` is the input of the calls
    that report how much of it was read from a cache. `p50_ms` and `p95_ms` are durations by nearest rank, or
    `interpolated` between the bounds of a histogram; so is `ttft_p50_ms`, the median time to the first content of a
    stream. `written_tokens` is the output of the calls that wrote a text and ended well, `written_ms` their duration.
    `converted` is the cost in the currency of reports, if that is not USD.
    """

    calls: int
    errors: int
    unpriced: int
    uncertain: int
    input_tokens: int | None
    cacheable_tokens: int | None
    cache_read_tokens: int | None
    output_tokens: int | None
    cost_nanousd: int | None
    p50_ms: int | None = None
    p95_ms: int | None = None
    ttft_p50_ms: int | None = None
    written_tokens: int | None = None
    written_ms: int | None = None
    interpolated: bool = False
    converted: Converted | None = None

    @property
    def spend(self) -> int | None:
        """The cost in billionths of the currency that reports are in; None if it is unknown."""
        return self.converted.nano if self.converted else self.cost_nanousd

    @property
    def tokens_per_second(self) -> float | None:
        """The output tokens per second of the calls that wrote them; None if none is known."""
        return 1000 * self.written_tokens / self.written_ms if self.written_tokens and self.written_ms else None

    @property
    def error_share(self) -> float | None:
        """The share of the calls that failed; None without a call."""
        return self.errors / self.calls if self.calls else None


def summed(amounts: Sequence[int | None], percentiles: Sequence[int | None], *, interpolated: bool = False) -> Sums:
    """Return Sums of `amounts`, the fields that add up, and of `percentiles`, each in the order of the fields."""
    named: dict[str, Any] = dict(zip((*ADDED, *PERCENTILES), (*amounts, *percentiles), strict=True))
    return Sums(**named, interpolated=interpolated)


# The fields of Sums in the order of their columns.
PERCENTILES = ("p50_ms", "p95_ms", "ttft_p50_ms")
_NOT_ADDED = (*PERCENTILES, "interpolated", "converted")
ADDED = tuple(field.name for field in fields(Sums) if field.name not in _NOT_ADDED)


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a report: the values of its dimensions, None if unknown, and its sums."""

    key: tuple[str | None, ...]
    sums: Sums


@dataclass(frozen=True, slots=True)
class Failure:
    """How many calls to one model failed with the same `error`, as the provider named it."""

    provider: str
    model: str | None
    error: str
    calls: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """How many calls to one model have an unknown cost, a lower bound or an estimate, and why."""

    provider: str
    model: str | None
    status: str
    reasons: tuple[str, ...]
    calls: int
