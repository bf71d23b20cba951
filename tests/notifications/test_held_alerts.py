"""Alerts that hold are sent again, the highest threshold alone, and end once they do not hold."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from farebox.budgets.crossings import Crossing, crossings
from farebox.budgets.figures import Figures
from farebox.budgets.use import Use
from farebox.errors import LedgerAwayError
from farebox.notifications.budget_message import budget_message
from farebox.notifications.delivery_error import DeliveryError
from farebox.notifications.held_alerts import HeldAlerts
from farebox.notifications.message import Message
from farebox.notifications.spenders import Spenders
from farebox.records.windows import Window
from farebox.store.alert_events import Delivery

from tests.support.budgets import USD, budget
from tests.support.notifications import NOW, Clock

WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


class Pager:
    """Takes alerts, unless it `is_away`."""

    name = "pager"
    is_away = False

    def __init__(self) -> None:
        self.taken: list[list[tuple[str, str]]] = []

    def send_alerts(self, alerts: list[Mapping[str, Any]]) -> None:
        if self.is_away:
            raise DeliveryError("HTTP 500")
        self.taken.append([(one["labels"]["alertname"], f"{one['endsAt']:%m-%d %H:%M}") for one in alerts])


def used(usd: float, notify: tuple[str, ...] = ("pager",), window: Window = WINDOW) -> list[Crossing]:
    return crossings([Figures(budget(notify=notify), "", window, Use(1, round(usd * USD)))])


class Holding:
    """HeldAlerts with a pager and a clock."""

    def __init__(self) -> None:
        self.pager, self.clock = Pager(), Clock()
        self.composed = 0
        self.is_ledger_away = False
        self.held = HeldAlerts(self.pager, self._compose, now=self.clock.now, clock=self.clock)

    def _compose(self, delivery: Delivery) -> Message:
        if self.is_ledger_away:
            raise LedgerAwayError("away")
        self.composed += 1
        return budget_message(delivery, Spenders(), UTC)

    def run(self, found: list[Crossing], minutes: int = 1) -> None:
        self.held.tell(found)
        self.held.run()
        self.clock.seconds += 60 * minutes


def test_the_highest_threshold_is_sent_again_each_minute() -> None:
    holding = Holding()

    for _ in range(3):
        holding.run(used(90))

    assert holding.pager.taken == [[("FareboxBudgetNearlyUsed", f"11-20 15:2{5 + minute}")] for minute in range(3)]
    # Its names are read from the ledger once an hour.
    assert holding.composed == 1


def test_what_does_not_hold_any_more_is_ended_once() -> None:
    holding = Holding()

    for found in (used(90), used(100), [], []):
        holding.run(found)

    assert holding.pager.taken == [
        [("FareboxBudgetNearlyUsed", "11-20 15:25")],
        [("FareboxBudgetExceeded", "11-20 15:26"), ("FareboxBudgetNearlyUsed", "11-20 15:21")],
        [("FareboxBudgetExceeded", "11-20 15:22")],
    ]


def test_an_end_that_was_not_taken_is_sent_again() -> None:
    holding = Holding()
    holding.run(used(90))
    holding.pager.is_away = True
    holding.run([])
    holding.pager.is_away = False
    holding.run([])

    assert holding.pager.taken[-1] == [("FareboxBudgetNearlyUsed", "11-20 15:22")]


def test_windows_that_are_over_and_budgets_of_other_destinations_hold_no_alert() -> None:
    over = Window(NOW - timedelta(days=2), NOW - timedelta(days=1))
    holding = Holding()

    holding.run([*used(90, notify=("ops",)), *used(90, window=over)])

    assert holding.pager.taken == []


def test_while_the_ledger_is_away_nothing_is_raised() -> None:
    holding = Holding()
    holding.is_ledger_away = True

    holding.run(used(90))

    assert holding.pager.taken == []
