"""Charges: the shares of an hour's calls that have everything but their amounts in common. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from ...config.currency import USD
from ...pricing.row import consumptions
from ...providers.table import UNKNOWN
from ...records.record import Record
from ...records.times import in_utc
from .shares import shares_of

_ENCODER = msgspec.json.Encoder(order="deterministic")


class Key(NamedTuple):
    """What the shares of one charge have in common; `tags` and `words` are JSON objects.

    `words` are what sets the price besides the tier, such as `processing`. One unit of `currency`, in which the price
    is stated, was worth `rate` USD.
    """

    hour: datetime
    provider: str
    model: str | None
    meter: str
    tier: str | None
    words: str
    per: int | None
    usd: Decimal | None
    status: str
    billing: str | None
    plan: str | None
    source: str | None
    currency: str
    rate: Decimal
    team: str | None
    tags: str


@dataclass(slots=True)
class Charge:
    """The sums of one charge; `nanousd` is None if the cost of its calls is unknown."""

    key: Key
    calls: int = 0
    consumed: int = 0
    billable: int = 0
    nanousd: int | None = None


def charges_of(rows: Iterable[Record]) -> Iterator[Charge]:
    """Yield the charges of `rows`, which come in the order of their start, with those of an hour in memory."""
    hour, found = None, dict[Key, Charge]()
    for row in rows:
        if not row.is_call:
            continue
        begins = in_utc(row.started_at).replace(minute=0, second=0, microsecond=0)
        if begins != hour:
            yield from found.values()
            hour, found = begins, {}
        for share in shares_of(row):
            key = _key(row, begins, share.meter, share.per, share.usd)
            charge = found.setdefault(key, Charge(key))
            charge.calls += 1
            charge.consumed += share.consumed
            charge.billable += share.billable
            if share.nanousd is not None:
                charge.nanousd = (charge.nanousd or 0) + share.nanousd
    yield from found.values()


def _key(row: Record, hour: datetime, meter: str, per: int | None, usd: Decimal | None) -> Key:
    card = row.rate_card or {}
    currency = card.get("currency", USD)
    return Key(
        hour=hour,
        # A host that farebox doesn't know bills under its own name.
        provider={UNKNOWN: row.host}.get(row.provider, row.provider),
        model=row.model,
        meter=meter,
        tier=row.service_tier,
        words=_json(dict(consumptions(row)[0].context)),
        per=per,
        usd=usd,
        status=row.cost_status,
        billing=row.billing,
        plan=row.plan,
        source=row.price_source,
        currency=currency,
        rate=Decimal(card.get(f"usd_per_{currency.lower()}", 1)),
        team=row.team,
        tags=_json(_tags(row)),
    )


def _tags(row: Record) -> dict[str, str]:
    """Return the caller as tags: farebox's own have a prefix, the names of headers have none."""
    own = {"user": row.user_id, "project": row.project, "purpose": row.purpose, "client_app": row.client_app}
    return {**{f"farebox/{name}": value for name, value in own.items() if value is not None}, **(row.tags or {})}


def _json(words: dict[str, str]) -> str:
    return _ENCODER.encode(words).decode()


def month_of(at: datetime) -> tuple[datetime, datetime]:
    """Return the calendar month of `at` in UTC: its first moment, and that of the next one."""
    first = datetime(at.year, at.month, 1, tzinfo=UTC)
    return first, datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
