"""Partial sums of a report: from the hourly tables, and from the calls of hours that are only partly included."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched, pairwise
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    case,
    func,
    literal,
    literal_column,
    null,
    select,
)

from ..conditions import matches, names_model
from ..current import at_current_prices
from ..schema import IS_CALL, calls, hourly
from ..summary import DIMENSIONS, SPANS, Sums, condition, kinds, span_table, summed, sums_of_calls, written
from ..sums import ADDED
from .histogram import BOUNDS, percentile
from .ranges import Range, clipped, split
from .tables import BY_CALLER, BY_MODEL, RollupTable, buckets_of, known

# The dimension of the hourly tables that is no column of the calls.
MODEL = "model"
Key = tuple[Any, ...]
# The fields of Sums except percentiles; then, of each of the _HISTOGRAMS, the number of calls with a value and the
# number in each bucket.
PartialSums = Sequence[int | None]
_SUMS = ("input_tokens", "cacheable_tokens", "cache_read_tokens", "output_tokens", "cost_nanousd")
_WIDTH = len(ADDED)
# The measures whose percentiles are shown.
_HISTOGRAMS: Mapping[str, Sequence[int]] = {"duration_ms": (50, 95), "ttft_ms": (50,)}
# A statement may have three parameters for each of so many.
_RANGES = 2_000


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the hourly tables: names of DIMENSIONS or SPANS, and the values that some may have."""

    by: tuple[str, ...]
    where: Sequence[tuple[str, tuple[str | None, ...]]] = ()

    @property
    def names_model(self) -> bool:
        """Tell whether a model is named: a call's request names one too, and no hourly sum has that."""
        return any(name == MODEL for name, _ in self.where)

    def divided(self, ranges: Sequence[Range], here: datetime) -> tuple[list[Range], list[Range]]:
        """Return of `ranges` the whole hours to read from the sums, and the rest; from `here` on, no call is deleted.

        Of a model that is named, the calls are read as long as they exist.
        """
        hours, edges = split(ranges)
        if not self.names_model:
            return hours, edges
        return clipped(hours, None, here), [*edges, *clipped(hours, here, None)]

    @property
    def rollup(self) -> RollupTable | None:
        """The smallest of the hourly tables that has all of these dimensions; None if none has."""
        names = (*self.by, *(name for name, _ in self.where))
        wanted = {_column(name) for name in names if name not in SPANS}
        return next((rollup for rollup in (BY_MODEL, BY_CALLER) if wanted <= set(rollup.dimensions)), None)


def partial_sums(
    connection: Connection, asked: Question, rollup: RollupTable, hours: Sequence[Range], edges: Sequence[Range]
) -> dict[Key, PartialSums]:
    """Return the PartialSums of each key: of whole `hours` from `rollup`, and of the calls in `edges`."""
    found: dict[Key, PartialSums] = {}
    for query in _queries(connection, asked, rollup, hours, edges):
        for row in connection.execute(query):
            key, amounts = tuple(row[: len(asked.by)]), row[len(asked.by) :]
            if amounts[0]:
                # Postgres sums BIGINT to NUMERIC.
                partial = [None if amount is None else int(amount) for amount in _apart(amounts)]
                found[key] = plus(found[key], partial) if key in found else partial
    return found


def plus(one: PartialSums, other: PartialSums) -> PartialSums:
    """Return the sum of both, None where neither has a value."""
    return [b if a is None else a if b is None else a + b for a, b in zip(one, other, strict=True)]


def sums_of(partial: PartialSums) -> Sums:
    """Return the Sums of a group, with interpolated percentiles."""
    percentiles: list[int | None] = []
    for place, percents in enumerate(_HISTOGRAMS.values()):
        first = _WIDTH + place * (1 + len(BOUNDS))
        counts = [count or 0 for count in partial[first + 1 : first + 1 + len(BOUNDS)]]
        percentiles += (percentile(counts, partial[first] or 0, percent) for percent in percents)
    return summed(partial[:_WIDTH], percentiles, interpolated=(partial[_WIDTH] or 0) > 0)


def condition_on(table: Table, name: str, wanted: Sequence[str | None]) -> ColumnElement[bool]:
    """Return whether a row of hourly sums has one of the values `wanted`; it has no requested model."""
    if name == MODEL:
        return names_model((table.c.model,), wanted)
    return matches(table.c[_column(name)], wanted)


_NO_HISTOGRAM = (0, *(None for _ in BOUNDS))
NOTHING: PartialSums = [0, 0, 0, 0, *(None for _ in range(_WIDTH - 4)), *(_NO_HISTOGRAM * len(_HISTOGRAMS))]


def _apart(amounts: Sequence[Any]) -> Iterator[Any]:
    """Yield `amounts`, and of each list of numbers of calls up to each bound the numbers between two of them."""
    for amount in amounts:
        if isinstance(amount, list):
            yield from (more - fewer for fewer, more in pairwise((0, *amount)))
        else:
            yield amount


def _queries(
    connection: Connection, asked: Question, rollup: RollupTable, hours: Sequence[Range], edges: Sequence[Range]
) -> Iterator[Select[Any]]:
    # There, planning a statement takes longer than executing it, so it has few columns.
    is_short = connection.dialect.name == "clickhouse"
    for part in batched(hours, _RANGES):
        yield _of_hours(asked, rollup, span_table(part), is_short=is_short)
    for part in batched(edges, _RANGES):
        yield at_current_prices(connection, _of_calls(asked, span_table(part), is_short=is_short))


def _of_hours(asked: Question, rollup: RollupTable, spans: CTE, *, is_short: bool) -> Select[Any]:
    table = hourly[rollup.table]
    keys = [spans.c.label if name in SPANS else table.c[_column(name)] for name in asked.by]
    within = and_(table.c.hour >= spans.c.begins, table.c.hour < spans.c.ends)
    sums = [func.sum(amount) for amount in (*(table.c[name] for name in _SUMS), *written(table.c))]
    counts = [count for name in _HISTOGRAMS for count in _counted(table, rollup, name, is_short=is_short)]
    query = select(*keys, *_numbers(table.c.calls, table.c), *sums, *counts).join_from(spans, table, within)
    for name, wanted in asked.where:
        query = query.where(condition_on(table, name, wanted))
    return query.group_by(*keys)


def _of_calls(asked: Question, spans: CTE, *, is_short: bool) -> Select[Any]:
    keys = [spans.c.label if name in SPANS else DIMENSIONS[name] for name in asked.by]
    within = and_(calls.c.started_at >= spans.c.begins, calls.c.started_at < spans.c.ends)
    counts = [count for name in _HISTOGRAMS for count in _bucketed(calls.c[name], is_short=is_short)]
    query = select(*keys, *sums_of_calls(), *counts).join_from(spans, calls, within).where(IS_CALL)
    for name, wanted in asked.where:
        query = query.where(condition(name, wanted))
    return query.group_by(*keys)


def _counted(table: Table, rollup: RollupTable, name: str, *, is_short: bool) -> list[ColumnElement[Any]]:
    """Return the calls with a value of `name`, and those in each bucket; none if the table has no histogram of it."""
    if name not in rollup.histograms:
        return [literal(0), *(null() for _ in BOUNDS)]
    number = func.sum(table.c[known(name)])
    if is_short:
        return [number, func.sumForEach(literal_column(f"{table.name}.{name}_up_to"))]
    return [number, *(func.sum(table.c[column]) for column in buckets_of(name))]


def _bucketed(amount: ColumnElement[Any], *, is_short: bool) -> list[ColumnElement[Any]]:
    """Return the number of calls with an `amount`, and of those in each bucket."""
    if is_short:
        return [func.count(amount), func.calls_up_to(amount)]
    buckets = [case((amount <= BOUNDS[0], 1))]
    buckets += [case((and_(amount > low, amount <= high), 1)) for low, high in pairwise(BOUNDS)]
    return [func.count(value) for value in (amount, *buckets)]


def _numbers(number: ColumnElement[int], of: Any) -> list[ColumnElement[Any]]:
    """Return the number of calls, and of these the errors, the unpriced and the uncertain ones."""
    return [func.sum(number), *(func.sum(case((kind, number), else_=0)) for kind in kinds(of))]


def _column(name: str) -> str:
    """Return the column of the hourly tables for the dimension `name`."""
    return name if name == MODEL else str(DIMENSIONS[name].name)
