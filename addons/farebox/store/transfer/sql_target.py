"""SQLite or Postgres as the ledger that another one is copied to: calls, prices and sums in one transaction."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Engine, and_, delete, insert, update

from ...records.record import Record
from ..engine import writer
from ..faults import reachable
from ..maintenance import Maintenance
from ..rollups import counting
from ..rows import insert_calls
from ..schema import call_prices, calls
from . import state
from .pages import Priced, held


class SqlTarget:
    """Stores calls that come from another ledger, and adds them to the hourly sums."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._maintenance = Maintenance(engine)

    def put(self, page: Sequence[Priced]) -> None:
        """Store the calls of `page` that are missing, and overwrite those that differ. LedgerAwayError."""
        self._maintenance.make_room([one.record for one in page])
        with reachable(self._engine), writer(self._engine).begin() as connection:
            known = held(connection, [one.record for one in page])
            new = {one.record.id: one for one in page if one.record.id not in known}
            stored = [new[record.id] for record in insert_calls(connection, [one.record for one in new.values()])]
            pairs = [(known[one.record.id], one) for one in page if one.record.id in known]
            changed = [(before, after) for before, after in pairs if before != after]
            for _, after in changed:
                _overwrite(connection, after.record)
            prices = [dict(price) for one in (*stored, *(after for _, after in changed)) for price in one.prices]
            if prices:
                connection.execute(insert(call_prices), prices)
            counting.count(
                connection,
                [one.current for one in stored],
                [(before.current, after.current) for before, after in changed],
            )

    def put_state(self, source: Connection) -> list[str]:
        """Store polls that wait, notifications, and the hourly sums of calls that are deleted. LedgerAwayError."""
        with reachable(self._engine), writer(self._engine).begin() as connection:
            state.put_polls(connection, state.polls_of(source))
            state.put_alerts(connection, source)
            state.put_old_sums(connection, source)
        return []


def _overwrite(connection: Connection, record: Record) -> None:
    """Store `record` over the row with its id, which loses its later prices."""
    is_it = and_(calls.c.id == record.id, calls.c.started_at == record.started_at)
    connection.execute(update(calls).where(is_it).values(**msgspec.structs.asdict(record)))
    is_its = and_(call_prices.c.call_id == record.id, call_prices.c.started_at == record.started_at)
    connection.execute(delete(call_prices).where(is_its))
