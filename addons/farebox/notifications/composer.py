"""Turns a stored event into the message that is sent: figures from the event, names from the ledger as it is now."""

from zoneinfo import ZoneInfo

import msgspec

from ..attribution.names import NO_NAMES, Names
from ..store.alert_events import Delivery
from ..store.engine import Engine
from .budget_message import budget_message
from .digest import digest_message, week_of
from .events import BudgetFigures
from .message import DIGEST, Message
from .spenders import scope_of, spenders


class Composer:
    """Composes the messages of events in the ledger of `engine`; days and weeks are those of `zone`."""

    def __init__(self, engine: Engine, zone: ZoneInfo, names: Names = NO_NAMES) -> None:
        self._engine = engine
        self._zone = zone
        self._names = names

    def message(self, delivery: Delivery) -> Message:
        """Return the message of a delivery. LedgerAwayError."""
        event = delivery.event
        if event.kind == DIGEST:
            week = week_of(self._engine, event.window_start, self._zone, names=self._names)
            return digest_message(delivery, week, self._zone)
        figures = msgspec.convert(event.figures, BudgetFigures, strict=False)
        scope = scope_of(figures.begins, figures.ends, event.scope, event.name, figures.match)
        label = self._names.name(event.scope, event.name)
        return budget_message(delivery, spenders(self._engine, scope, names=self._names), self._zone, label=label)
