"""Sends messages to one destination, whatever its type; none keeps the next one waiting for ever."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ..config.destinations import ALERTMANAGER, APPRISE, Destination
from . import alertmanager, apprise_urls, webhook
from .destination_secrets import secrets_of, url_of
from .message import Message
from .time_limit import TimeLimit

# An attempt takes no longer, so that who claims an event for longer than this is the only one who sends it.
PATIENCE_SECONDS = 30.0


class Sender:
    """Sends to `destination`. One thread may use it."""

    def __init__(
        self,
        destination: Destination,
        *,
        patience: float = PATIENCE_SECONDS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = destination.name
        self._destination = destination
        self._patience = TimeLimit(patience)
        self._now = now

    @property
    def holds_alerts(self) -> bool:
        """Tell whether the destination keeps alerts, which are sent again as long as they hold."""
        return self._destination.type == ALERTMANAGER

    def send(self, message: Message) -> None:
        """Return once the destination has taken `message`. DeliveryError if it has not."""
        self._patience.run(self._act(message))

    def send_alerts(self, alerts: list[Mapping[str, Any]]) -> None:
        """Return once the Alertmanager has taken `alerts`. DeliveryError if it has not."""
        self._patience.run(partial(alertmanager.send, url_of(self._destination), alerts))

    def _act(self, message: Message) -> Callable[[], None]:
        url, now = url_of(self._destination), self._now()
        if self._destination.type == ALERTMANAGER:
            return partial(alertmanager.send, url, [alertmanager.alert(message, now)])
        if self._destination.type == APPRISE:
            return partial(apprise_urls.send, url, message)
        return partial(webhook.send, url, message, secrets_of(self._destination), now)
