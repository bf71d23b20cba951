"""Hourly sums of calls, kept exact: they change in the transaction in which the calls do."""

from collections.abc import Iterable

from sqlalchemy import Connection

from ...records.record import Record
from . import upsert
from .aggregation import Shift, aggregate, project
from .tables import ROLLUP_TABLES

# A call before and after, at the prices that hold: completed, or priced anew.
Change = tuple[Record, Record]


def count(connection: Connection, new: Iterable[Record], changed: Iterable[Change] = ()) -> None:
    """Add the calls that are `new` to the sums of their hours, and move what is `changed` to what it is now."""
    shifts: list[Shift] = [(1, record) for record in new]
    for before, after in changed:
        shifts += (-1, before), (1, after)
    partial = aggregate(shifts)
    for rollup in ROLLUP_TABLES:
        upsert.add(connection, rollup, upsert.rows(project(rollup, partial)))
