"""The way of events to one destination: one at a time, again with growing pauses until it takes them."""

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ..errors import FareboxError, LedgerAwayError
from ..store import alert_events
from ..store.alert_events import Delivery
from ..store.engine import Engine
from .backoff import delay
from .delivery_error import DeliveryError
from .message import Message
from .sender import PATIENCE_SECONDS

logger = logging.getLogger(__name__)

# How long an event is ours: longer than an attempt takes. If we end meanwhile, another sidecar goes on then.
LEASE = timedelta(seconds=2 * PATIENCE_SECONDS)
# How often to look for events of other sidecars that have ended, and for those whose pause is over.
POLL_SECONDS = 5.0
_SOME = 20


class Counts(Protocol):
    """Counts what came of attempts."""

    def sent(self, destination: str) -> None: ...

    def failed(self, destination: str) -> None: ...


class Destined(Protocol):
    """Where messages go."""

    @property
    def name(self) -> str: ...

    def send(self, message: Message) -> None: ...


class Outbox:
    """A job, on a thread of its own, that sends events to `sender`."""

    period = 0.0

    def __init__(
        self,
        engine: Engine,
        sender: Destined,
        compose: Callable[[Delivery], Message],
        counts: Counts,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,  # noqa: S311 - it spreads attempts, and is no secret
    ) -> None:
        self.name = f"notify_{sender.name}"
        self._engine, self._sender, self._compose, self._counts = engine, sender, compose, counts
        self._now, self._clock, self._chance = now, clock, chance
        self._woken = threading.Event()
        self._due = float("-inf")
        self._paused_until = float("-inf")
        self._failures = 0

    def wake(self) -> None:
        """Look for events at the next run. Any thread may call it."""
        self._woken.set()

    def run(self) -> None:
        """Send what is due, unless the destination has just failed. While the ledger is away, nothing is sent."""
        here = self._clock()
        if here < self._paused_until or (here < self._due and not self._woken.is_set()):
            return
        self._woken.clear()
        self._due = here + POLL_SECONDS
        try:
            for _ in range(_SOME):
                if not self._send_next():
                    return
        except LedgerAwayError:
            # The recorder reports that itself. An event that was sent and could not be marked is sent again.
            return
        self._woken.set()

    def _send_next(self) -> bool:
        """Send the oldest event that is due; return False if there is none, or it was not taken."""
        now = self._now()
        delivery = alert_events.claim(self._engine, self._sender.name, now, now + LEASE)
        if delivery is None:
            return False
        try:
            self._sender.send(self._compose(delivery))
        except LedgerAwayError:
            raise
        except DeliveryError as error:
            self._failed(delivery, str(error), error.retry_after)
            return False
        except Exception as error:  # noqa: BLE001 - an event that cannot be composed must not block the others
            self._failed(delivery, str(error) if isinstance(error, FareboxError) else type(error).__name__, 0.0)
            return False
        self._sent(delivery)
        return True

    def _sent(self, delivery: Delivery) -> None:
        if self._failures:
            logger.info("destination %s takes notifications again", self._sender.name)
        self._failures = 0
        self._counts.sent(self._sender.name)
        alert_events.mark_delivered(self._engine, delivery, self._now())

    def _failed(self, delivery: Delivery, problem: str, retry_after: float) -> None:
        self._failures += 1
        self._counts.failed(self._sender.name)
        pause = delay(self._failures, self._chance(), least=retry_after)
        self._paused_until = self._clock() + pause
        if self._failures == 1:
            logger.warning(
                "destination %s did not take a notification (%s): it is tried again until it does",
                self._sender.name,
                problem,
            )
        alert_events.mark_failed(self._engine, delivery, self._now() + timedelta(seconds=pause), problem)
