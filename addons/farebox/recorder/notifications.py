"""The recorder's jobs that notify: crossings become events in the ledger, and events reach their destinations.

Each destination has a thread of its own. None of them, and no destination, can hold up the loop or the figures.
"""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from ..budgets.crossings import Crossing
from ..config.settings import Settings
from ..errors import LedgerAwayError
from ..notifications.composer import Composer
from ..notifications.events import digest_due, events_of
from ..notifications.held_alerts import HeldAlerts
from ..notifications.outbox import Outbox
from ..notifications.sender import Sender
from ..sinks.notification_metrics import NotificationMetrics
from ..store import alert_events
from ..store.alert_events import Event
from ..store.engine import Engine
from ..store.snapshot import snapshot
from ..store.spend import first_hour
from .jobs import Job

# Longer than any window, so that no event of one that goes on is forgotten and told again.
KEEP = timedelta(days=400)
_SHOW_SECONDS = 15.0
_PURGE_SECONDS = 3600.0
# An event that is known to be in the ledger is offered to it again after so long, as a ledger may be restored.
_KNOWN_SECONDS = 3600.0


class NotificationJob:
    """Stores events as they come up, and wakes `outboxes`. `tell` is a listener of the budgets' job."""

    name = "notifications"
    period = 0.0

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        metrics: NotificationMetrics,
        outboxes: Sequence[Outbox],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._engine, self._metrics, self._outboxes = settings, engine, metrics, outboxes
        self._now, self._clock = now, clock
        self._crossings: Sequence[Crossing] = ()
        self._told = threading.Event()
        self._known: dict[tuple[str, ...], float] = {}
        self._show_at = self._purge_at = float("-inf")

    def tell(self, crossings: Sequence[Crossing]) -> None:
        """Take the crossings of all budgets, as they are now, and return at once."""
        self._crossings = crossings
        self._told.set()

    def run(self) -> None:
        """Store what is new; a ledger that is away gets it later, as crossings hold and a digest stays due."""
        here = self._clock()
        is_due = here >= self._show_at
        if not is_due and not self._told.is_set():
            return
        self._told.clear()
        try:
            self._store(here)
            if is_due:
                self._show_at = here + _SHOW_SECONDS
                self._show()
            if here >= self._purge_at:
                self._purge_at = here + _PURGE_SECONDS
                alert_events.purge(self._engine, self._now() - KEEP)
        except LedgerAwayError:
            self._show_at = here + _SHOW_SECONDS

    def _store(self, here: float) -> None:
        settings, now = self._settings, self._now()
        found = events_of(one for one in self._crossings if one.figures.budget.notify)
        digest = digest_due(settings.digest, now, settings.zone)
        if digest is not None and self._has_calls_before(digest.window_start + timedelta(weeks=1)):
            found.append((digest, settings.digest.notify))
        self._known = {key: until for key, until in self._known.items() if until > here}
        new = [(event, names) for event, names in found if _key(event) not in self._known]
        if not new:
            return
        if alert_events.add(self._engine, new, now):
            for outbox in self._outboxes:
                outbox.wake()
        self._known |= {_key(event): here + _KNOWN_SECONDS for event, _ in new}

    def _has_calls_before(self, moment: datetime) -> bool:
        """Return whether the ledger goes back so far: a new one has nothing to tell of the week before."""
        with snapshot(self._engine) as connection:
            first = first_hour(connection)
        return first is not None and first < moment

    def _show(self) -> None:
        self._metrics.waiting({name: one.number for name, one in alert_events.waiting(self._engine).items()})


def _key(event: Event) -> tuple[str, ...]:
    # A window that moves has another start each minute.
    start = "" if event.told_since is not None else event.window_start.isoformat()
    return (event.kind, event.budget, event.name, start, event.threshold, event.bound)


class Notifications:
    """What notifies: the listeners of the budgets' job, and the jobs, each of which needs a thread of its own."""

    def __init__(self, settings: Settings, engine: Engine, registry: CollectorRegistry) -> None:
        self.listeners: list[Callable[[Sequence[Crossing]], None]] = []
        self.jobs: list[Job] = []
        if not settings.destinations:
            return
        metrics = NotificationMetrics(registry, (one.name for one in settings.destinations))
        compose = Composer(engine, settings.zone, settings.names).message
        senders = [Sender(one) for one in settings.destinations]
        outboxes = [Outbox(engine, sender, compose, metrics) for sender in senders]
        # A sender is for one thread, and the outbox has the other one.
        held = [HeldAlerts(Sender(one), compose) for one in settings.destinations if Sender(one).holds_alerts]
        notifying = NotificationJob(settings, engine, metrics, outboxes)
        self.listeners += [notifying.tell, *(one.tell for one in held)]
        self.jobs += [notifying, *outboxes, *held]
