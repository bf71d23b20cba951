"""Hourly sums of calls; they are exact, as they change in the same transaction as the calls."""

from collections.abc import Iterable

from sqlalchemy import Connection

from ...records.record import Record
from . import upsert
from .aggregation import Shift, aggregate, project
from .tables import ROLLUP_TABLES

# A call before and after it was completed, repriced or forgotten, at its current prices.
Change = tuple[Record, Record]


def count(connection: Connection, new: Iterable[Record], changed: Iterable[Change] = ()) -> None:
    """Add `new` calls to the sums of their hours, and replace the share of calls that `changed`."""
    shifts: list[Shift] = [(1, record) for record in new if record.is_call]
    for before, after in (change for change in changed if change[0].is_call):
        shifts += (-1, before), (1, after)
    partial = aggregate(shifts)
    for rollup in ROLLUP_TABLES:
        upsert.add(connection, rollup, upsert.rows(project(rollup, partial)))
