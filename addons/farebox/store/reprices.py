"""Revisions of prices: stored in addition to the recorded price, never over it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, func, insert, or_, select

from ..records.record import Record
from .current import REVISED, as_completed, at_current_prices
from .rollups import counting
from .rollups.counting import Change
from .rows import record_of
from .schema import call_prices, calls
from .snapshot import snapshot
from .summary import Scope, within

PAGE = 500


@dataclass(frozen=True, slots=True)
class Selection:
    """Which calls to reprice: those of `scope` whose current cost has one of `statuses`, or all without."""

    scope: Scope
    statuses: tuple[str, ...] = ()


def page(connection: Connection, wanted: Selection, after: Record | None) -> list[Record]:
    """Return up to PAGE calls at their current prices, in the order of time, from behind `after` on."""
    query = following(within(select(calls), wanted.scope), after).limit(PAGE)
    if wanted.statuses:
        query = query.where(calls.c.cost_status.in_(wanted.statuses))
    return _records(connection, query)


def following(query: Select[Any], last: Record | None) -> Select[Any]:
    """Return `query`, which reads `calls`, in the order of time, of the calls behind `last`; of all if it is None."""
    query = query.order_by(calls.c.started_at, calls.c.id)
    if last is None:
        return query
    is_later = and_(calls.c.started_at == last.started_at, calls.c.id > last.id)
    # The first condition is what an index and partitions can use.
    return query.where(calls.c.started_at >= last.started_at, or_(calls.c.started_at > last.started_at, is_later))


def held(connection: Connection, rows: Sequence[Record]) -> list[Record]:
    """Return `rows` as they are now: until the transaction ends, nobody else completes or reprices them."""
    if not rows:
        return []
    within_them = calls.c.started_at.between(rows[0].started_at, rows[-1].started_at)
    wanted = select(calls.c.id).where(calls.c.id.in_([row.id for row in rows]), within_them)
    # Rows that arrive meanwhile are not locked, so they must not be read.
    locked = connection.scalars(wanted.order_by(calls.c.id).with_for_update()).all()
    here = and_(calls.c.id.in_(locked), within_them)
    return _records(connection, select(calls).where(here).order_by(calls.c.started_at, calls.c.id))


def _records(connection: Connection, query: Select[Any]) -> list[Record]:
    return [record_of(dict(row)) for row in connection.execute(at_current_prices(connection, query)).mappings()]


def revise(connection: Connection, changed: Sequence[Change], at: datetime) -> None:
    """Store the next revision of each call, which this transaction holds, and update the sums."""
    if not changed:
        return
    if connection.dialect.name == "clickhouse":
        _append(connection, changed, at)
        return
    rows = [row for _, row in changed]
    highest = func.max(call_prices.c.revision)
    starts = [row.started_at for row in rows]
    known = select(call_prices.c.call_id, highest).where(
        call_prices.c.call_id.in_([row.id for row in rows]),
        # On Postgres, this reads the partitions of these calls only.
        call_prices.c.started_at.between(min(starts), max(starts)),
    )
    last = {str(call): number for call, number in connection.execute(known.group_by(call_prices.c.call_id))}
    connection.execute(
        insert(call_prices),
        [
            {
                "call_id": row.id,
                "started_at": row.started_at,
                "revision": last.get(row.id, 0) + 1,
                "priced_at": at,
                **{name: getattr(row, name) for name in REVISED},
            }
            for row in rows
        ],
    )
    counting.count(connection, (), changed)


def _append(connection: Connection, changed: Sequence[Change], at: datetime) -> None:
    from .clickhouse import changes, engine  # noqa: PLC0415 - other ledgers don't need it

    with engine.connected(connection.engine) as driver:
        changes.add(driver, changed, at, is_price=True)


def history(engine: Engine, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every price of the call in `row`, the recorded one first, with `revision` and `priced_at`."""
    own = select(calls.c.started_at, *(calls.c[name] for name in REVISED)).where(
        calls.c.id == row["id"], calls.c.started_at == row["started_at"]
    )
    later = (
        select(call_prices)
        .where(call_prices.c.call_id == row["id"], call_prices.c.started_at == row["started_at"])
        .order_by(call_prices.c.revision)
    )
    with snapshot(engine) as connection:
        if connection.dialect.name == "clickhouse":
            from .clickhouse.changes import completion  # noqa: PLC0415 - other ledgers don't need it

            own = as_completed(connection, own)
            later = later.where(call_prices.c.revision > completion(connection, row["id"]))
        first = [{"revision": 0, "priced_at": None, **price} for price in connection.execute(own).mappings()]
        return first + [dict(price) for price in connection.execute(later).mappings()]
