"""Copies a ledger day by day, and proves each day as of the moment at which it was read.

The target itself says how far a copy is: a day whose figures are the same in both ledgers is done. So a copy may be
stopped anywhere, and a later one brings what arrived or changed meanwhile, whenever those calls began.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select

from ...errors import LedgerError
from ...records.times import in_utc
from ..engine import name
from ..faults import reachable
from ..queries import first_start
from ..schema import calls
from ..snapshot import snapshot
from . import state
from .figures import Figures, figures
from .pages import pages
from .target import Target, target_of

_DAY = timedelta(days=1)
_SAMPLE = 500
Advance = Callable[[int], object]


@dataclass(slots=True)
class Copied:
    """By month, such as 2026-11, what both ledgers have; `sent` calls were new or in a day that differed.

    `told` are sentences about what has no place in the target.
    """

    months: dict[str, tuple[Figures, Figures]] = field(default_factory=dict)
    sent: int = 0
    told: list[str] = field(default_factory=list)

    def add(self, day: datetime, own: Figures, theirs: Figures) -> None:
        """Add a day to its month."""
        sums = self.months.setdefault(f"{day:%Y-%m}", (Figures(), Figures()))
        for total, one in zip(sums, (own, theirs), strict=True):
            total.update(one)


def copy(source: Engine, target: Engine, advance: Advance = lambda _done: None) -> Copied:
    """Bring to `target` what it lacks of `source`; return what both have then. LedgerAwayError.

    LedgerError if the target has calls that the source has not: nothing is copied then. `advance` is told of calls that
    are done.
    """
    _check_strangers(source, target)
    put, copied = target_of(target), Copied()
    at: datetime | None = None
    while True:
        with snapshot(source) as connection:
            day = _next_day(connection, at)
            if day is None:
                copied.told += put.put_state(connection)
                return copied
            _copy_day(connection, day, target, put, copied, advance)
        at = day + _DAY


def _copy_day(source: Connection, day: datetime, engine: Engine, put: Target, copied: Copied, advance: Advance) -> None:
    own, theirs = figures(source, day, day + _DAY), _figures(engine, day)
    if own == theirs:
        advance(own["calls"])
    else:
        for page in pages(source, day, day + _DAY):
            put.put(page)
            copied.sent += len(page)
            advance(len(page))
        theirs = _figures(engine, day)
    copied.add(day, own, theirs)


def _figures(engine: Engine, day: datetime) -> Figures:
    with snapshot(engine) as connection:
        return figures(connection, day, day + _DAY)


def _next_day(connection: Connection, start: datetime | None) -> datetime | None:
    first = first_start(connection, start)
    return None if first is None else first.replace(hour=0, minute=0, second=0, microsecond=0)


def _check_strangers(source: Engine, target: Engine) -> None:
    """Raise LedgerError if one of the first calls of a day of `target` is not in `source`."""
    at: datetime | None = None
    with snapshot(source) as own:
        deleted_until = max(state.old_hours(own), default=None)
        while True:
            with reachable(target), target.connect() as connection:
                day = _next_day(connection, at)
                if day is None:
                    return
                here = select(calls.c.id, calls.c.started_at).where(calls.c.started_at >= day)
                rows = connection.execute(
                    here.where(calls.c.started_at < day + _DAY).order_by(calls.c.started_at, calls.c.id).limit(_SAMPLE)
                ).all()
            starts = {str(row.id): in_utc(row.started_at) for row in rows}
            for call in sorted(starts.keys() - _known(own, starts)):
                # Retention may have deleted calls that were copied before.
                if deleted_until is None or starts[call] >= deleted_until + timedelta(hours=1):
                    raise LedgerError(
                        f"to: {name(target)} has calls that {name(source)} has not, such as {call} of "
                        f"{starts[call]:%Y-%m-%d %H:%M} UTC: name an empty database, or the one that this ledger was "
                        "copied to before"
                    )
            at = day + _DAY


def _known(source: Connection, starts: dict[str, datetime]) -> set[str]:
    here = calls.c.id.in_(starts), calls.c.started_at.between(min(starts.values()), max(starts.values()))
    return {str(call) for call in source.scalars(select(calls.c.id).where(*here))}
