"""Revisions of prices: read page by page, written beside what a call was recorded with, never over it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, func, insert, or_, select

from ..records.record import Record
from .current import REVISED, at_current_prices
from .rollups import counting
from .rollups.counting import Change
from .rows import record_of
from .schema import call_prices, calls
from .snapshot import snapshot
from .summary import Scope, within

PAGE = 500


@dataclass(frozen=True, slots=True)
class CaptureOptions:
    """Which calls to price anew: those of `scope` whose current cost has one of `statuses`, or any without."""

    scope: Scope
    statuses: tuple[str, ...] = ()


def page(connection: Connection, wanted: CaptureOptions, after: Record | None) -> list[Record]:
    """Return up to PAGE calls at their current prices, in the order of time, beginning behind `after`."""
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
    """Return `rows` as they are now: until the transaction ends, nobody else completes them or prices them anew."""
    if not rows:
        return []
    within_them = calls.c.started_at.between(rows[0].started_at, rows[-1].started_at)
    wanted = select(calls.c.id).where(calls.c.id.in_([row.id for row in rows]), within_them)
    # What comes into the ledger meanwhile is not locked, and so none of them.
    locked = connection.scalars(wanted.order_by(calls.c.id).with_for_update()).all()
    here = and_(calls.c.id.in_(locked), within_them)
    return _records(connection, select(calls).where(here).order_by(calls.c.started_at, calls.c.id))


def _records(connection: Connection, query: Select[Any]) -> list[Record]:
    return [record_of(dict(row)) for row in connection.execute(at_current_prices(connection, query)).mappings()]


def revise(connection: Connection, changed: Sequence[Change], at: datetime) -> None:
    """Add the later prices of calls, which this transaction holds, as the next revision of each, and to the sums."""
    if not changed:
        return
    rows = [row for _, row in changed]
    number = func.max(call_prices.c.revision)
    hooks = [row.started_at for row in rows]
    known = select(call_prices.c.call_id, number).where(
        call_prices.c.call_id.in_([row.id for row in rows]),
        # On Postgres, in the months of these calls alone.
        call_prices.c.started_at.between(min(hooks), max(hooks)),
    )
    last = {str(one): revision for one, revision in connection.execute(known.group_by(call_prices.c.call_id))}
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


def history(engine: Engine, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the call in `row` was ever priced at, as recorded first; `revision` and `priced_at` beside it."""
    own = select(calls.c.started_at, *(calls.c[name] for name in REVISED)).where(
        calls.c.id == row["id"], calls.c.started_at == row["started_at"]
    )
    later = (
        select(call_prices)
        .where(call_prices.c.call_id == row["id"], call_prices.c.started_at == row["started_at"])
        .order_by(call_prices.c.revision)
    )
    with snapshot(engine) as connection:
        first = [{"revision": 0, "priced_at": None, **one} for one in connection.execute(own).mappings()]
        return first + [dict(one) for one in connection.execute(later).mappings()]
