"""The kinds of calls in the ledger: everything that sets a price, except the amounts."""

from collections import Counter
from datetime import UTC, datetime, time

import msgspec
from sqlalchemy import Engine, select

from ..pricing.cost import UNPRICED, lacked
from ..pricing.lint import Traffic
from ..pricing.row import consumptions
from ..records.machine_time import SHARE
from ..records.record import Record
from ..records.times import in_utc
from .current import as_completed
from .schema import calls
from .snapshot import snapshot

_SETS_THE_PRICE = (
    *("provider", "host", "model_returned", "model_requested", "service_tier"),
    *("price_context", "started_at", "cost_status", "cost_reasons"),
    *("key_kind", "billing", "billing_source", "plan"),
)


def traffic(engine: Engine, since: datetime | None) -> list[Traffic]:
    """Return the calls that began at `since` or later, counted by kind and day."""
    wanted = select(*(calls.c[name] for name in _SETS_THE_PRICE)).execution_options(yield_per=1000)
    if since is not None:
        wanted = wanted.where(calls.c.started_at >= since)
    numbers: Counter[bytes] = Counter()
    unpriced: Counter[bytes] = Counter()
    with snapshot(engine) as connection:
        for row in connection.execute(as_completed(connection, wanted)).mappings():
            day = datetime.combine(in_utc(row["started_at"]).date(), time(), UTC)
            lacks = dict.fromkeys(lacked(row["cost_reasons"]), 1) if row["cost_status"] == UNPRICED else {}
            context = {name: word for name, word in (row["price_context"] or {}).items() if name != SHARE}
            values = {
                **row,
                "price_context": context or None,
                "started_at": day,
                "cost_status": "",
                "cost_reasons": None,
                "units": lacks or None,
            }
            kind = msgspec.json.encode(Record(id="", outcome="", usage_source="", **values))
            numbers[kind] += 1
            unpriced[kind] += row["cost_status"] == UNPRICED
    return [
        Traffic(consumptions(msgspec.json.decode(kind, type=Record))[0], number, unpriced[kind])
        for kind, number in numbers.items()
    ]
