"""The recorder's job stores events once, whoever else does, and wakes those that send."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from farebox.budgets.crossings import Crossing, crossings
from farebox.budgets.figures import Figures
from farebox.budgets.use import Use
from farebox.config.destinations import Destination, Digest
from farebox.config.settings import Settings, load
from farebox.notifications.message import Message
from farebox.notifications.outbox import Outbox
from farebox.recorder.notifications import KEEP, NotificationJob, Notifications
from farebox.records.windows import Window
from farebox.sinks.notification_metrics import NotificationMetrics
from farebox.store import alert_events
from msgspec.structs import replace
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, text

from tests.support.budgets import USD, budget, spend, write
from tests.support.notifications import NOW, Clock, Counting, composed, event

WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
DESTINATIONS = (
    Destination("ops", "webhook", "http://localhost"),
    Destination("pager", "alertmanager", "http://localhost"),
)


class Nowhere:
    """A destination that takes everything."""

    name = "ops"

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def send(self, message: Message) -> None:
        self.sent.append(message)


@pytest.fixture
def settings() -> Settings:
    return replace(load({"timezone": "UTC"}, environment={}), destinations=DESTINATIONS)


class Job:
    """A NotificationJob with a clock, a registry and an outbox."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.clock, self.registry, self.to = Clock(), CollectorRegistry(), Nowhere()
        self.outbox = Outbox(engine, self.to, composed, Counting(), now=self.clock.now, clock=self.clock)
        metrics = NotificationMetrics(self.registry, ["ops"])
        self.job = NotificationJob(settings, engine, metrics, [self.outbox], now=self.clock.now, clock=self.clock)

    def run(self, found: Sequence[Crossing] = (), seconds: float = 15.0) -> None:
        self.job.tell(found)
        self.job.run()
        self.outbox.run()
        self.clock.seconds += seconds

    def waiting(self) -> float | None:
        return self.registry.get_sample_value("farebox_notifications_waiting", {"destination": "ops"})


def used(usd: float, **changes: Any) -> list[Crossing]:
    figures = Figures(budget(**{"notify": ("ops",)} | changes), "", WINDOW, Use(1, round(usd * USD)))
    return crossings([figures])


def test_crossings_that_hold_are_told_once_also_after_a_restart(settings: Settings, engine: Engine) -> None:
    for _ in range(5):
        job = Job(settings, engine)
        for _ in range(3):
            job.run(used(90))

    with engine.connect() as connection:
        number = connection.scalar(text("SELECT count(*) FROM alert_events"))
    assert number == 2
    assert alert_events.waiting(engine) == {}


def test_a_ratio_that_falls_and_rises_again_is_told_once_in_a_window(settings: Settings, engine: Engine) -> None:
    job = Job(settings, engine)

    for usd in (90, 70, 90, 100, 90, 100):
        job.run(used(usd))

    assert [sent.title for sent in job.to.sent] == ["office 0.8", "office 1"]


def test_a_budget_that_notifies_nobody_leaves_no_event(settings: Settings, engine: Engine) -> None:
    Job(settings, engine).run(used(90, notify=()))

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alert_events")) == 0


def test_while_the_ledger_is_away_nothing_is_lost(settings: Settings, engine: Engine) -> None:
    job = Job(settings, engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE alert_events RENAME TO away"))
    job.run(used(90))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO alert_events"))
    job.run(used(90))

    assert len(job.to.sent) == 1


def test_the_digest_is_sent_once_if_the_ledger_goes_back_so_far(settings: Settings, engine: Engine) -> None:
    # NOW is a Friday: on the Monday after, the week before has a call.
    wanted = replace(settings, digest=Digest(("ops",), 8))
    write(engine, spend(NOW, 3))
    job = Job(wanted, engine)
    for _ in range(8):
        job.run(seconds=12 * 3600)

    assert len(job.to.sent) == 1


def test_a_new_ledger_has_no_digest_to_send(settings: Settings, engine: Engine) -> None:
    job = Job(replace(settings, digest=Digest(("ops",), 8)), engine)
    job.clock.seconds += timedelta(days=3, hours=1).total_seconds()

    job.run()

    assert job.to.sent == []


def test_what_waits_is_shown_and_what_is_old_is_deleted(settings: Settings, engine: Engine) -> None:
    alert_events.add(engine, [(event("1", budget="old"), [])], NOW - KEEP - timedelta(days=1))
    alert_events.add(engine, [(event("1"), ["ops"])], NOW)
    job = Job(settings, engine)

    job.job.run()

    assert job.waiting() == 1
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alert_events")) == 1


def test_without_destinations_there_are_no_jobs_and_with_them_each_has_its_own(
    settings: Settings, engine: Engine
) -> None:
    nothing = Notifications(replace(settings, destinations=()), engine, CollectorRegistry())
    all_of_it = Notifications(settings, engine, CollectorRegistry())

    assert (nothing.jobs, nothing.listeners) == ([], [])
    assert [job.name for job in all_of_it.jobs] == ["notifications", "notify_ops", "notify_pager", "hold_pager"]
    assert len(all_of_it.listeners) == 2
    for job in all_of_it.jobs[:-1]:
        # Nothing waits, so nothing is sent, but each asks the ledger.
        job.run()
