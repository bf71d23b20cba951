"""Events that somebody is told of, and what is under way to each destination. Sidecars with one ledger share them.

Whoever inserts an event has its deliveries; whoever moves the due time of a delivery sends it. If that sidecar ends
meanwhile, the delivery is due again, for any of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import uuid_utils
from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ..records.times import in_utc
from .engine import writer
from .faults import reachable
from .locks import Lock, take
from .schema import EVENT_KEY, alert_deliveries, alert_events

_EVENTS, _DELIVERIES = alert_events.c, alert_deliveries.c
_INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_LONGEST_PROBLEM = 200


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell, once: a budget's `threshold` in the window that begins at `window_start`, or a digest.

    `figures` are those at `created_at`. A window that moves with the clock has no start of its own: its event is told
    once after `told_since`.
    """

    kind: str
    budget: str
    window_start: datetime
    scope: str = ""
    name: str = ""
    threshold: str = ""
    bound: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    told_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a destination, which was tried `attempts` times."""

    id: str
    event: Event
    created_at: datetime
    destination: str
    attempts: int


class Waiting(NamedTuple):
    """What a destination has not taken yet: how many events, since when, and the problem of the last attempt."""

    number: int
    since: datetime
    problem: str | None


def add(engine: Engine, events: Iterable[tuple[Event, Sequence[str]]], now: datetime) -> int:
    """Store the events that are new, each with a delivery to its destinations; return how many are. LedgerAwayError."""
    with reachable(engine), writer(engine).begin() as connection:
        # Two sidecars must not both find that a window that moves was not told of.
        take(connection, Lock.ALERTS)
        return sum(_add(connection, event, destinations, now) for event, destinations in events)


def _add(connection: Connection, event: Event, destinations: Sequence[str], now: datetime) -> bool:
    if event.told_since is not None and _is_told(connection, event, event.told_since):
        return False
    key = str(uuid_utils.uuid7())
    values = {name: getattr(event, name) for name in ("kind", "budget", "scope", "name", "window_start")}
    rest = {"threshold": event.threshold, "bound": event.bound, "created_at": now, "figures": dict(event.figures)}
    statement = _INSERT[connection.dialect.name](alert_events).values(event=key, **values, **rest)
    connection.execute(statement.on_conflict_do_nothing(index_elements=list(EVENT_KEY)))
    if connection.execute(select(_EVENTS.event).where(_EVENTS.event == key)).first() is None:
        return False
    rows = [{"event": key, "destination": one, "due_at": now, "attempts": 0} for one in dict.fromkeys(destinations)]
    if rows:
        connection.execute(insert(alert_deliveries), rows)
    return True


def _is_told(connection: Connection, event: Event, since: datetime) -> bool:
    same = (_EVENTS[name] == getattr(event, name) for name in EVENT_KEY if name != "window_start")
    query = select(_EVENTS.event).where(*same, _EVENTS.created_at > since).limit(1)
    return connection.execute(query).first() is not None


def claim(engine: Engine, destination: str, now: datetime, until: datetime) -> Delivery | None:
    """Return the delivery that is due first, which is ours to send `until` then; None if there is none.

    One that was refused comes after those that were not tried, so that it holds up none. LedgerAwayError.
    """
    is_due = and_(_DELIVERIES.destination == destination, _DELIVERIES.delivered_at.is_(None), _DELIVERIES.due_at <= now)
    query = (
        select(alert_events, _DELIVERIES.attempts)
        .join_from(alert_deliveries, alert_events, _EVENTS.event == _DELIVERIES.event)
        .where(is_due)
        .order_by(_DELIVERIES.due_at, _EVENTS.created_at, _EVENTS.event)
    )
    with reachable(engine):
        with engine.connect() as connection:
            rows = connection.execute(query.limit(10)).mappings().all()
        for row in rows:
            tried = row["attempts"]
            ours = (_DELIVERIES.event == row["event"], is_due, _DELIVERIES.attempts == tried)
            values = {"due_at": until, "attempts": tried + 1}
            with writer(engine).begin() as connection:
                if connection.execute(update(alert_deliveries).where(*ours).values(values)).rowcount:
                    return _delivery(dict(row), destination)
    return None


def _delivery(row: Mapping[str, Any], destination: str) -> Delivery:
    names = ("kind", "budget", "scope", "name", "threshold", "bound")
    event = Event(
        **{name: row[name] for name in names}, window_start=in_utc(row["window_start"]), figures=row["figures"] or {}
    )
    return Delivery(row["event"], event, in_utc(row["created_at"]), destination, row["attempts"] + 1)


def mark_delivered(engine: Engine, delivery: Delivery, now: datetime) -> bool:
    """Mark that the destination has taken it; return False if that was marked before. LedgerAwayError."""
    with reachable(engine), writer(engine).begin() as connection:
        statement = update(alert_deliveries).where(*_is(delivery), _DELIVERIES.delivered_at.is_(None))
        return bool(connection.execute(statement.values(delivered_at=now, problem=None)).rowcount)


def mark_failed(engine: Engine, delivery: Delivery, due_at: datetime, problem: str) -> None:
    """Mark that it is due again at `due_at`, unless someone else is at it by now. LedgerAwayError."""
    with reachable(engine), writer(engine).begin() as connection:
        ours = (*_is(delivery), _DELIVERIES.delivered_at.is_(None), _DELIVERIES.attempts == delivery.attempts)
        values = {"due_at": due_at, "problem": problem[:_LONGEST_PROBLEM]}
        connection.execute(update(alert_deliveries).where(*ours).values(values))


def _is(delivery: Delivery) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _DELIVERIES.event == delivery.id, _DELIVERIES.destination == delivery.destination


def waiting(engine: Engine) -> dict[str, Waiting]:
    """Return what each destination has not taken yet. LedgerAwayError."""
    query = (
        select(_DELIVERIES.destination, func.count(), func.min(_EVENTS.created_at), func.max(_DELIVERIES.problem))
        .join_from(alert_deliveries, alert_events, _EVENTS.event == _DELIVERIES.event)
        .where(_DELIVERIES.delivered_at.is_(None))
        .group_by(_DELIVERIES.destination)
    )
    with reachable(engine), engine.connect() as connection:
        return {name: Waiting(number, in_utc(since), why) for name, number, since, why in connection.execute(query)}


def purge(engine: Engine, before: datetime) -> int:
    """Delete the events of before then, delivered or not; return how many. LedgerAwayError."""
    with reachable(engine), writer(engine).begin() as connection:
        return remove(connection, _EVENTS.created_at < before)


def remove(connection: Connection, condition: ColumnElement[bool]) -> int:
    """Delete the events that meet `condition`, and their deliveries; return how many."""
    wanted = select(_EVENTS.event).where(condition)
    connection.execute(delete(alert_deliveries).where(_DELIVERIES.event.in_(wanted)))
    return connection.execute(delete(alert_events).where(condition)).rowcount
