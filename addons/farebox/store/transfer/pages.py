"""Calls with their later prices, read page by page from a ledger whose rows are overwritten: SQLite or Postgres."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from ...records.record import Record
from ...records.times import in_utc
from ..current import REVISED
from ..reprices import following
from ..rows import record_of
from ..schema import call_prices, calls

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Priced:
    """A call as it was recorded, and the rows of its later prices in their order."""

    record: Record
    prices: Sequence[Mapping[str, Any]] = ()

    @property
    def current(self) -> Record:
        """The call at its current price."""
        return at_price(self.record, self.prices[-1]) if self.prices else self.record


def at_price(record: Record, price: Mapping[str, Any]) -> Record:
    """Return `record` at a later price."""
    return msgspec.structs.replace(record, **{name: price[name] for name in REVISED})


def pages(connection: Connection, begins: datetime, ends: datetime) -> Iterator[list[Priced]]:
    """Yield the calls from `begins` on and before `ends` in the order of time, PAGE at once."""
    last: Record | None = None
    here = select(calls).where(calls.c.started_at >= begins, calls.c.started_at < ends)
    while True:
        rows = connection.execute(following(here, last).limit(PAGE)).mappings()
        records = [record_of(dict(row)) for row in rows]
        if records:
            yield _priced(connection, records)
        if len(records) < PAGE:
            return
        last = records[-1]


def held(connection: Connection, records: Sequence[Record]) -> dict[str, Priced]:
    """Return by id what the ledger has of `records`."""
    starts = [record.started_at for record in records]
    here = select(calls).where(
        calls.c.id.in_([record.id for record in records]),
        # On Postgres, this reads the partitions of these calls only.
        calls.c.started_at.between(min(starts), max(starts)),
    )
    found = [record_of(dict(row)) for row in connection.execute(here).mappings()]
    return {one.record.id: one for one in _priced(connection, found)}


def _priced(connection: Connection, records: Sequence[Record]) -> list[Priced]:
    if not records:
        return []
    starts = [record.started_at for record in records]
    query = select(call_prices).where(
        call_prices.c.call_id.in_([record.id for record in records]),
        call_prices.c.started_at.between(min(starts), max(starts)),
    )
    prices: dict[str, list[Mapping[str, Any]]] = {}
    for row in connection.execute(query.order_by(call_prices.c.revision)).mappings():
        moments = {name: in_utc(row[name]) for name in ("started_at", "priced_at")}
        prices.setdefault(str(row["call_id"]), []).append({**row, **moments})
    return [Priced(record, prices.get(record.id, ())) for record in records]
