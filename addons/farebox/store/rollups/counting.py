"""Hourly sums of calls, kept exact: they change in the transaction in which the calls do."""

from collections.abc import Iterable

from sqlalchemy import Connection

from ...records.record import Record
from . import upsert
from .aggregation import Shift, folded, tallied
from .tables import GRAINS

# A call before and after, at the prices that hold: completed, or priced anew.
Change = tuple[Record, Record]


def count(connection: Connection, new: Iterable[Record], changed: Iterable[Change] = ()) -> None:
    """Add the calls that are `new` to the sums of their hours, and move what is `changed` to what it is now."""
    shifts: list[Shift] = [(1, record) for record in new]
    for before, after in changed:
        shifts += (-1, before), (1, after)
    tally = tallied(shifts)
    for grain in GRAINS:
        upsert.add(connection, grain, upsert.rows(folded(grain, tally)))
