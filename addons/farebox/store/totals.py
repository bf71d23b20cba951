"""The sums of a report: from the hourly sums if these suffice, else from the calls; the same to the nano-dollar."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import batched

from sqlalchemy import Connection, Engine, func, select

from ..records.times import in_utc
from .rollups.partial_sums import NOTHING, Question, partial_sums, plus, sums_of
from .rollups.ranges import EVER, HOUR, Range, clipped, floor, in_whole_hours, split
from .rollups.tables import BY_MODEL
from .schema import IS_CALL, calls, hourly
from .snapshot import snapshot
from .summary import SPANS, Group, Scope, Span, Sums, summarise, text_key

# Up to so many calls are read one by one, which makes percentiles exact.
FEW = 10_000
_SPANS = 2_000
_BY_MODEL = hourly[BY_MODEL.table]

# Returns the days or hours that cover the time between two moments.
Cut = Callable[[datetime, datetime], Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Totals:
    """The groups of a report and their total, and where they differ from the question.

    The calls before `gone` are deleted: with hourly sums, hours before it are counted whole; without (`is_partial`),
    nothing before it is counted. A model that the question names is only compared with answers there (`is_by_answer`).
    """

    groups: Sequence[Group]
    whole: Sums
    gone: datetime | None = None
    is_partial: bool = False
    is_by_answer: bool = False


@dataclass(frozen=True, slots=True)
class HeldTimes:
    """The first and last hour with sums, and the time from which on the calls exist too (EVER: none is deleted)."""

    first: datetime
    last: datetime
    calls: datetime


def totals(engine: Engine, scope: Scope, by: Sequence[str], cut: Cut, *, few: int = FEW) -> Totals:
    """Return the sums of `scope` by `by`, names of DIMENSIONS or SPANS; up to `few` calls are read themselves."""
    with snapshot(engine) as connection:
        return totals_in(connection, scope, by, cut, few=few)


def totals_in(connection: Connection, scope: Scope, by: Sequence[str], cut: Cut, *, few: int = FEW) -> Totals:
    """Return what `totals` does, on a connection that sees one state of the ledger."""
    held = held_times(connection)
    if held is None:
        return Totals([], sums_of(NOTHING))
    is_cut = any(name in SPANS for name in by)
    spans = _spans(scope, held, cut) if is_cut else [("", *EVER)]
    asked = Question(tuple(by), scope.where)
    ranges = clipped(spans, scope.start, scope.end)
    rounded = in_whole_hours(ranges, held.calls)
    whole_hours, _ = split(rounded)
    if asked.rollup is not None and whole_hours and not _are_few(connection, whole_hours, few):
        hours, edges = asked.divided(rounded, held.calls)
        found = partial_sums(connection, asked, asked.rollup, hours, edges)
        groups = [Group(text_key(key), sums_of(partial)) for key, partial in found.items()]
        whole = sums_of(reduce(plus, found.values(), NOTHING))
        is_by_answer = asked.names_model and bool(hours)
        is_gone = rounded != ranges or is_by_answer
        return Totals(groups, whole, held.calls if is_gone else None, is_by_answer=is_by_answer)
    return _exact(connection, scope, by, spans if is_cut else (), held)


def _exact(connection: Connection, scope: Scope, by: Sequence[str], spans: Sequence[Span], held: HeldTimes) -> Totals:
    """Return the sums of the calls themselves."""
    is_partial = held.first < held.calls and (scope.start is None or scope.start < held.calls)
    if any(name in SPANS for name in by):
        groups = [group for some in batched(spans, _SPANS) for group in summarise(connection, scope, by, some)]
    else:
        groups = summarise(connection, scope, by)
    [whole] = summarise(connection, scope, ())
    return Totals(groups, whole.sums, held.calls if is_partial else None, is_partial)


def held_times(connection: Connection) -> HeldTimes | None:
    """Return the times of the ledger; None if it is empty."""
    if connection.dialect.name == "clickhouse":
        # Its hourly sums are those of the calls that are there, and each statement takes it long to plan.
        first, last = connection.execute(select(func.min(_BY_MODEL.c.hour), func.max(_BY_MODEL.c.hour))).one()
        return None if first is None else HeldTimes(in_utc(first), in_utc(last), EVER[0])
    # One query each, which an index answers at once.
    first, last, oldest = (
        connection.scalar(select(one))
        for one in (func.min(_BY_MODEL.c.hour), func.max(_BY_MODEL.c.hour), func.min(calls.c.started_at))
    )
    if first is None or last is None:
        return None
    begins = in_utc(first)
    here = EVER[1] if oldest is None else floor(in_utc(oldest))
    if oldest is not None and _is_going(connection, here):
        here += HOUR
    return HeldTimes(begins, in_utc(last), here if begins < here else EVER[0])


def _is_going(connection: Connection, hour: datetime) -> bool:
    """Return whether some calls of `hour` are deleted: they are, some hundred at a time, the oldest first."""
    return _there(connection, hour, hour + HOUR) < _summed_up(connection, hour, hour + HOUR)


def _spans(scope: Scope, held: HeldTimes, cut: Cut) -> Sequence[Span]:
    first = max(held.first, scope.start or held.first)
    last = held.last + HOUR - datetime.resolution
    last = min(last, scope.end or last)
    return cut(first, last) if first <= last else []


def _are_few(connection: Connection, hours: Sequence[Range], few: int) -> bool:
    """Return whether `hours` have up to `few` calls, none of which is deleted."""
    begins, ends = hours[0][1], hours[-1][2]
    summed_up = _summed_up(connection, begins, ends)
    return summed_up <= few and _there(connection, begins, ends) == summed_up


def _summed_up(connection: Connection, begins: datetime, ends: datetime) -> int:
    """Return how many calls the sums count between two whole hours."""
    query = select(func.sum(_BY_MODEL.c.calls)).where(_BY_MODEL.c.hour >= begins, _BY_MODEL.c.hour < ends)
    return int(connection.scalar(query) or 0)


def _there(connection: Connection, begins: datetime, ends: datetime) -> int:
    query = select(func.count()).where(calls.c.started_at >= begins, calls.c.started_at < ends, IS_CALL)
    return int(connection.scalar(query) or 0)
