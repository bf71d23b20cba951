"""Alerts that an Alertmanager keeps: sent again as long as they hold, and ended once they do not."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from ..budgets.crossings import Crossing
from ..errors import LedgerAwayError
from ..store.alert_events import Delivery
from .alertmanager import RESEND_SECONDS, alert, ended
from .delivery_error import DeliveryError
from .events import event_of
from .message import Message

# How old the names in an alert may become. Figures are those of the crossing.
_FRESH_SECONDS = 3600.0

# Budget, name and bound, which have one alert: that of the highest threshold.
_Key = tuple[str, str, str]


class _Sender(Protocol):
    @property
    def name(self) -> str: ...

    def send_alerts(self, alerts: list[Mapping[str, Any]]) -> None: ...


class HeldAlerts:
    """A job that sends the alerts of crossings that hold. Several sidecars may: the same labels are one alert.

    Whether an Alertmanager has taken an event, and again if it has not, is the outbox's part.
    """

    period = RESEND_SECONDS

    def __init__(
        self,
        sender: _Sender,
        compose: Callable[[Delivery], Message],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = f"hold_{sender.name}"
        self._sender, self._compose = sender, compose
        self._now, self._clock = now, clock
        self._crossings: Sequence[Crossing] = ()
        self._composed: dict[tuple[object, ...], tuple[float, Message]] = {}
        self._sent: dict[str, Mapping[str, Any]] = {}

    def tell(self, crossings: Sequence[Crossing]) -> None:
        """Take the crossings of all budgets, as they are now. Any thread may call it."""
        self._crossings = crossings

    def run(self) -> None:
        """Send the alerts that hold, and once more those that do not hold any more."""
        now = self._now()
        try:
            holding = {_labels(one): one for one in (alert(message, now) for message in self._messages(now))}
        except LedgerAwayError:
            # Those that were sent hold for some minutes more.
            return
        over = [ended(one, now) for labels, one in self._sent.items() if labels not in holding]
        if not holding and not over:
            return
        try:
            self._sender.send_alerts([*holding.values(), *over])
        except DeliveryError:
            # The outbox reports it, and alerts end by themselves.
            return
        self._sent = holding

    def _messages(self, now: datetime) -> list[Message]:
        highest: dict[_Key, Crossing] = {}
        for one in self._crossings:
            figures = one.figures
            key = (figures.budget.name, figures.name, one.bound)
            is_higher = key not in highest or one.threshold > highest[key].threshold
            if figures.window.ends > now and self._sender.name in figures.budget.notify and is_higher:
                highest[key] = one
        fresh = {one.key[:2] + one.key[3:]: self._message(one, now) for one in highest.values()}
        self._composed = {key: made for key, made in self._composed.items() if key in fresh}
        return list(fresh.values())

    def _message(self, crossing: Crossing, now: datetime) -> Message:
        # Without the start of the window, which moves if it is a rolling one.
        key = crossing.key[:2] + crossing.key[3:]
        here = self._clock()
        at, message = self._composed.get(key, (float("-inf"), None))
        if message is None or here - at > _FRESH_SECONDS:
            message = self._compose(Delivery("", event_of(crossing), now, self._sender.name, 0))
            self._composed[key] = (here, message)
        return message


def _labels(one: Mapping[str, Any]) -> str:
    return repr(sorted(one["labels"].items()))
