"""Gateways: whether calls count twice, because farebox meters them both before and behind a gateway."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ..config.settings import Settings
from ..errors import FareboxError
from ..report.figures import plural
from ..store.engine import opened
from ..store.gateway_calls import doubled
from ..store.revisions import revisions
from ..store.snapshot import snapshot
from .finding import Finding, ok, warning

_DAY = timedelta(days=1)
_PATIENCE_SECONDS = 10.0


def check(settings: Settings, now: datetime | None = None) -> Iterator[Finding]:
    """Yield the gateways at which calls of the last day count twice. A ledger that can't be read is another finding."""
    try:
        with opened(settings.ledger, make_folder=False, patience=_PATIENCE_SECONDS) as engine:
            current, head = revisions(engine)
            if current is None or current != head:
                return
            with snapshot(engine) as connection:
                found = doubled(connection, (now or datetime.now(UTC)) - _DAY)
    except FareboxError:
        return
    for one in found:
        yield warning(
            f"{plural(one.calls, 'call')} to {one.host} since yesterday also passed farebox behind that gateway: "
            "they count twice",
            "set `gateway_calls: leave_out`, and restart farebox",
        )
    if not found:
        yield ok("no call of the last day is metered on both sides of a gateway")
