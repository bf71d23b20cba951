"""ClickHouse as the ledger that another one is copied to: rows are added, and a change is a row beside them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, func, select

from ...errors import LedgerError
from ...records.record import Record
from ...records.times import in_utc
from ..clickhouse import changes, rows, spools
from ..clickhouse.engine import connected
from ..clickhouse.writer import Writer
from ..current import at_current_prices
from ..engine import name
from ..faults import reachable
from ..rows import record_of
from ..schema import alert_events, call_prices, calls
from . import state
from .pages import Priced, at_price

_WRITER = "migrate"


class ClickHouseTarget:
    """Adds calls that come from another ledger, and what changed since they came."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = Writer(engine, sidecar=_WRITER)

    def put(self, page: Sequence[Priced]) -> None:
        """Add the calls of `page` that are missing, and the changes of those that differ. LedgerAwayError.

        LedgerError for a row that ClickHouse refuses.
        """
        with connected(self._engine) as driver:
            known = rows.known_ids(driver, [one.record for one in page])
        refused = self._writer.calls([one.record for one in page])
        if refused:
            raise LedgerError(
                f"ledger {name(self._engine)} refuses call {refused[0].id}: `farebox show {refused[0].id}` prints it; "
                "a number may be too large for its column"
            )
        if wanted := [one for one in page if one.prices or one.record.id in known]:
            with reachable(self._engine), self._engine.connect() as connection:
                steps = list(_steps(wanted, _current(connection, wanted), _priced_at(connection, wanted)))
            with connected(self._engine) as driver:
                changes.add_steps(driver, steps)

    def put_state(self, source: Connection) -> list[str]:
        """Store the polls that wait; return what has no place in ClickHouse. LedgerAwayError."""
        waiting = state.polls_of(source)
        keys = {poll.key for poll in waiting}
        with reachable(self._engine), self._engine.connect() as connection:
            gone = [key for key in spools.keys(connection) if key not in keys]
        self._writer.links(gone, waiting)
        told = []
        if hours := state.old_hours(source):
            told.append(
                f"{len(hours)} hours before {hours[-1]:%Y-%m-%d %H:%M} UTC have sums of calls that are deleted: they "
                "have no place in ClickHouse, so keep the old ledger for reports of that time"
            )
        if source.scalar(select(func.count()).select_from(alert_events)):
            told.append("notifications stay behind: a ledger on ClickHouse has none (docs/clickhouse.md)")
        return told


def _current(connection: Connection, wanted: Sequence[Priced]) -> dict[str, Record]:
    """Return by id how `wanted` are here."""
    here = select(calls).where(
        calls.c.id.in_([one.record.id for one in wanted]),
        calls.c.started_at.in_(sorted({one.record.started_at for one in wanted})),
    )
    found = connection.execute(at_current_prices(connection, here)).mappings()
    return {row["id"]: record_of(dict(row)) for row in found}


def _priced_at(connection: Connection, wanted: Sequence[Priced]) -> Mapping[str, set[datetime]]:
    """Return by id when the later prices that are here were made."""
    ids = [one.record.id for one in wanted if one.prices]
    noted: dict[str, set[datetime]] = {}
    if ids:
        query = select(call_prices.c.call_id, call_prices.c.priced_at).where(call_prices.c.call_id.in_(ids))
        for call, moment in connection.execute(query):
            noted.setdefault(str(call), set()).add(in_utc(moment))
    return noted


def _steps(
    wanted: Sequence[Priced], current: Mapping[str, Record], noted: Mapping[str, set[datetime]]
) -> Iterator[changes.Step]:
    """Yield what makes of each call that is here the one that is wanted: its later prices, then the rest."""
    for one in wanted:
        here = current[one.record.id]
        for price in one.prices:
            if price["priced_at"] not in noted.get(one.record.id, ()):
                after = at_price(here, price)
                yield changes.Step(here, after, price["priced_at"], is_price=True)
                here = after
        if here != one.current:
            yield changes.Step(here, one.current, datetime.now(UTC), is_price=False)
