"""Sums over the calls by any dimension; exact, as money is integer nano-USD."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, DateTime, Select, String, case, column, func, select, values

from ..pricing.cost import ESTIMATED, PARTIAL, UNPRICED
from ..records import reading
from .conditions import matches, names_model
from .current import as_completed, at_current_prices
from .schema import IS_CALL, calls
from .sums import PERCENTILES, Doubt, Group, Scope, Sums, summed

__all__ = ["DIMENSIONS", "Doubt", "Group", "Scope", "Sums", "doubts", "summarise", "summed", "within"]

# The model that answered, or the requested one if no response names it.
MODEL: ColumnElement[Any] = func.coalesce(calls.c.model_returned, calls.c.model_requested)
# What the calls of one turn have in common: the message, else the trace, else the first attempt.
TURN: ColumnElement[Any] = func.coalesce(
    func.coalesce(calls.c.conversation, calls.c.user_id, "") + "/" + calls.c.message_id,
    calls.c.trace,
    calls.c.retry_of,
    calls.c.id.cast(String),
).label("turn")
DIMENSIONS: Mapping[str, ColumnElement[Any]] = {
    "provider": calls.c.provider,
    "model": MODEL,
    "user": calls.c.user_id,
    "conversation": calls.c.conversation,
    "purpose": calls.c.purpose,
    "key": calls.c.key_fingerprint,
    "client_app": calls.c.client_app,
    "status": calls.c.status,
    "outcome": calls.c.outcome,
    "operation": calls.c.operation,
    "host": calls.c.host,
    "tier": calls.c.service_tier,
    "team": calls.c.team,
    "project": calls.c.project,
    "sidecar": calls.c.sidecar,
    "agent": calls.c.agent_id,
    "turn": TURN,
    "billing": calls.c.billing,
    "billing_source": calls.c.billing_source,
    "plan": calls.c.plan,
    "key_kind": calls.c.key_kind,
    "request": calls.c.request_hash,
}
SPANS = ("month", "week", "day", "hour")
ERRORS = (reading.HTTP_ERROR, reading.PROVIDER_CUT, reading.NETWORK_ERROR)
UNCERTAIN = (PARTIAL, ESTIMATED)
# Operations whose output is written token by token, so that it has a speed.
WRITING = ("chat", "text_completion", "generate_content")
# The input of the calls that report how much of it was read from a cache.
CACHEABLE: ColumnElement[Any] = case((calls.c.cache_read_tokens.is_not(None), calls.c.input_tokens))

Span = tuple[str, datetime, datetime]


def summarise(connection: Connection, scope: Scope, by: Sequence[str], spans: Sequence[Span] = ()) -> list[Group]:
    """Return the sums of the calls of `scope` by `by`, names of DIMENSIONS or SPANS; without any, of one group.

    `spans` are the days or hours, if `by` has one of these: label, start and end.
    """
    place = _place(by, spans)
    keys = [expression.label(f"key_{number}") for number, (_, expression) in enumerate(place.keys)]
    rows = select(*keys, *sums_of_calls()).where(IS_CALL).group_by(*keys)
    percentiles = dict[tuple[Any, ...], list[int | None]]()
    for width, amount, percents in ((0, calls.c.duration_ms, (50, 95)), (2, calls.c.ttft_ms, (50,))):
        for row in connection.execute(_percentiles(connection, keys, scope, place, amount, percents)):
            ranks = percentiles.setdefault(tuple(row[: len(keys)]), [None] * len(PERCENTILES))
            ranks[width : width + len(percents)] = row[len(keys) :]
    found = connection.execute(at_current_prices(connection, _limited(rows, scope, place))).all()
    return [_group(row, len(keys), percentiles) for row in found]


def within(query: Select[Any], scope: Scope) -> Select[Any]:
    """Return `query`, which reads `calls`, limited to the calls of `scope`."""
    return _limited(query, scope, _place((), ()))


def doubts(connection: Connection, scope: Scope) -> list[Doubt]:
    """Return the calls of `scope` whose cost is in doubt, by model and reason, the most frequent first."""
    fields = (calls.c.provider, MODEL, calls.c.cost_status, calls.c.cost_reasons, calls.c.usage_source)
    query = select(*fields, func.count().label("number")).group_by(*fields).order_by(func.count().desc())
    doubtful = calls.c.cost_status.in_((UNPRICED, *UNCERTAIN))
    wanted = within(query, scope).where(doubtful)
    return [_doubt(*row) for row in connection.execute(at_current_prices(connection, wanted))]


def _doubt(
    provider: str, model: str | None, status: str, reasons: Sequence[str] | None, source: str, number: int
) -> Doubt:
    estimated = ("tokens estimated",) if source == "estimated" and status != ESTIMATED else ()
    return Doubt(provider, model, status, (*(reasons or ()), *estimated), number)


@dataclass(frozen=True, slots=True)
class _Place:
    keys: list[tuple[str, ColumnElement[Any]]]
    spans: CTE | None


def span_table(spans: Sequence[Span]) -> CTE:
    """Return `spans` as a table of `label`, `begins` and `ends`."""
    moment = DateTime(timezone=True)
    named = values(column("label", String), column("begins", moment), column("ends", moment), name="spans")
    return named.data(list(spans)).cte("spans")


def _place(by: Sequence[str], spans: Sequence[Span]) -> _Place:
    table = span_table(spans) if spans else None
    return _Place(
        [(name, table.c.label if name in SPANS and table is not None else DIMENSIONS[name]) for name in by], table
    )


def _limited(query: Select[Any], scope: Scope, place: _Place) -> Select[Any]:
    if place.spans is not None:
        begins, ends = place.spans.c.begins, place.spans.c.ends
        query = query.join_from(place.spans, calls, (calls.c.started_at >= begins) & (calls.c.started_at < ends))
    else:
        query = query.select_from(calls)
    if scope.start is not None:
        query = query.where(calls.c.started_at >= scope.start)
    if scope.end is not None:
        query = query.where(calls.c.started_at < scope.end)
    for name, wanted in scope.where:
        query = query.where(condition(name, wanted))
    return query


def condition(name: str, wanted: Sequence[str | None]) -> ColumnElement[bool]:
    """Return whether a call has one of the values `wanted` of the dimension `name`.

    A model is named by the request or by the answer, as price rules match it.
    """
    if name == "model":
        return names_model((calls.c.model_returned, calls.c.model_requested), wanted)
    return matches(DIMENSIONS[name], wanted)


def sums_of_calls() -> list[ColumnElement[Any]]:
    """Return the fields of Sums except the percentiles, in their order."""
    return [
        func.count(),
        *map(_number_of, kinds(calls.c)),
        func.sum(calls.c.input_tokens),
        func.sum(CACHEABLE),
        func.sum(calls.c.cache_read_tokens),
        func.sum(calls.c.output_tokens),
        func.sum(calls.c.cost_nanousd),
        *(func.sum(amount) for amount in written(calls.c)),
    ]


def written(of: Any) -> list[ColumnElement[Any]]:
    """Return the output tokens and duration of what wrote a text and ended well, on the columns `of` a table."""
    is_text = (of.outcome == reading.OK) & of.operation.in_(WRITING)
    return [case((is_text, amount)) for amount in (of.output_tokens, of.duration_ms)]


def kinds(of: Any) -> list[ColumnElement[bool]]:
    """Return the conditions for an error, an unpriced call and an uncertain cost, on the columns `of` a table."""
    return [of.outcome.in_(ERRORS), of.cost_status == UNPRICED, of.cost_status.in_(UNCERTAIN)]


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _percentiles(
    connection: Connection,
    keys: Sequence[ColumnElement[Any]],
    scope: Scope,
    place: _Place,
    amount: ColumnElement[Any],
    percents: Sequence[int],
) -> Select[Any]:
    """Return per group the `amount` at the rank of each of `percents`, such as ceil(n/2) and ceil(0.95 n)."""
    if connection.dialect.name == "clickhouse":
        # It sorts each group for itself, and old servers know no window functions.
        found = select(*keys, *(func.nearest_rank(amount, percent) for percent in percents))
        query = _limited(found, scope, place).where(amount.is_not(None), IS_CALL).group_by(*keys)
        return as_completed(connection, query)
    rank = func.row_number().over(partition_by=keys or None, order_by=amount)
    number = func.count().over(partition_by=keys or None)
    ordered = select(*keys, amount.label("amount"), rank.label("place"), number.label("number"))
    ranked = _limited(ordered, scope, place).where(amount.is_not(None), IS_CALL).cte("ranked")
    own = [ranked.c[key.name] for key in keys]
    at = [
        func.max(case((ranked.c.place == (ranked.c.number * percent + 99) // 100, ranked.c.amount)))
        for percent in percents
    ]
    return select(*own, *at).group_by(*own)


def _group(row: Sequence[Any], width: int, percentiles: Mapping[tuple[Any, ...], Sequence[Any]]) -> Group:
    key, amounts = tuple(row[:width]), row[width:]
    # Postgres sums BIGINT to NUMERIC.
    whole = [None if amount is None else int(amount) for amount in amounts]
    return Group(text_key(key), summed(whole, percentiles.get(key, [None] * len(PERCENTILES))))


def text_key(key: Sequence[Any]) -> tuple[str | None, ...]:
    """Return a group's key as texts."""
    return tuple(None if value is None else str(value) for value in key)
