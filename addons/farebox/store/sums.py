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
class Sums:
    """The sums of one group of calls. A sum is None if none of the calls has a value.

    `uncertain` counts the calls whose cost is a lower bound or estimated. `cacheable_tokens` is the input of the calls
    that report how much of it was read from a cache. `p50_ms` and `p95_ms` are durations by nearest rank, or
    `interpolated` between the bounds of a histogram.
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
    interpolated: bool = False


def summed(amounts: Sequence[int | None], *, interpolated: bool = False) -> Sums:
    """Return Sums of `amounts`, field by field."""
    named: dict[str, Any] = dict(zip((field.name for field in fields(Sums)), amounts, strict=False))
    return Sums(**named, interpolated=interpolated)


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a report: the values of its dimensions, None if unknown, and its sums."""

    key: tuple[str | None, ...]
    sums: Sums


@dataclass(frozen=True, slots=True)
class Doubt:
    """How many calls to one model have an unknown cost, a lower bound or an estimate, and why."""

    provider: str
    model: str | None
    status: str
    reasons: tuple[str, ...]
    calls: int
