"""Messages, deliveries and clocks for tests of notifications."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from farebox.notifications.message import Message
from farebox.store.alert_events import Delivery, Event

NOW = datetime(2026, 11, 20, 15, 20, tzinfo=UTC)
BEGINS = datetime(2026, 11, 1, tzinfo=UTC)


def message(**values: Any) -> Message:
    """Return a message, with `values` instead."""
    given: dict[str, Any] = {
        "id": "event-1",
        "kind": "test",
        "created_at": NOW,
        "severity": "warning",
        "title": "Budget office has reached 80 %",
        "text": "$80.00 of $100.00 used.",
        "labels": {"alertname": "FareboxTest", "severity": "info"},
    }
    return Message(**given | values)


def event(threshold: str = "0.8", **values: Any) -> Event:
    """Return the event of a budget, with `values` instead."""
    given: dict[str, Any] = {
        "kind": "budget",
        "budget": "office",
        "window_start": BEGINS,
        "scope": "all",
        "bound": "known",
    }
    return Event(**given | {"threshold": threshold} | values)


def composed(delivery: Delivery) -> Message:
    """Return a message that names the event."""
    return message(id=delivery.id, title=f"{delivery.event.budget} {delivery.event.threshold}")


@dataclass
class Clock:
    """A clock that passes when it is told to: seconds, and the time of day."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - 1000.0)


@dataclass
class Counting:
    """Counts what came of attempts."""

    sent_to: list[str] = field(default_factory=list)
    failed_at: list[str] = field(default_factory=list)

    def sent(self, destination: str) -> None:
        self.sent_to.append(destination)

    def failed(self, destination: str) -> None:
        self.failed_at.append(destination)
