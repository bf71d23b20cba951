"""The same call metered on both sides of a gateway: the outer one is left out of sums, if the settings ask for that.

A gateway passes the id of its provider's response on. The inner call is recorded first, because its response ends
before that of the outer one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import timedelta

import msgspec

from ..config.settings import Settings
from ..records.columns import RELAYED
from ..records.record import Record
from ..sinks.ledger import LedgerSink

Stored = Callable[[Collection[str]], Iterable[Record]]
Mark = Callable[[Sequence[Record]], Sequence[Record]]


def marks(settings: Settings, database: LedgerSink) -> Mark:
    """Return the function that marks calls which shall not count by the `settings`."""
    return without_outer(database.rows_of) if settings.gateway_calls == "leave_out" else all_counted


def all_counted(records: Sequence[Record]) -> Sequence[Record]:
    """Return `records` as they are."""
    return records


def without_outer(stored: Stored) -> Mark:
    """Return a function that marks calls to a gateway as relayed; `stored` finds rows of response ids."""

    def marked(records: Sequence[Record]) -> Sequence[Record]:
        ids = {record.response_id for record in records if record.response_id and record.is_call}
        if not ids:
            return records
        known = defaultdict[str, list[Record]](list)
        for one in (*records, *stored(ids)):
            known[one.response_id or ""].append(one)
        return [relayed(record, known[record.response_id or ""]) for record in records]

    return marked


def relayed(record: Record, same: Iterable[Record]) -> Record:
    """Return `record` as a relayed call if another one of the `same` response id lies within it."""
    if not record.is_call or record.response_id is None or not any(_inner(record, same)):
        return record
    return msgspec.structs.replace(record, operation=RELAYED)


def _inner(outer: Record, same: Iterable[Record]) -> Iterator[bool]:
    """Yield whether each call to another host began while `outer` waited for its response."""
    end = outer.started_at + timedelta(milliseconds=outer.duration_ms or 0)
    for one in same:
        is_another = one.id != outer.id and one.host != outer.host and one.is_call
        yield is_another and outer.started_at < one.started_at <= end
