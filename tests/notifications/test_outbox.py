"""An event reaches its destination whatever that does, and is marked once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from farebox.notifications.message import Message
from farebox.notifications.outbox import LEASE, Outbox
from farebox.notifications.sender import Sender
from farebox.store import alert_events
from farebox.store.alert_events import Delivery
from sqlalchemy import Engine, text

from tests.support.notifications import NOW, Clock, Counting, composed, event
from tests.support.receiver import Post, Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


class Sending:
    """An outbox to a receiver, with a clock of its own."""

    def __init__(
        self, engine: Engine, receiver: Receiver, *, patience: float = 30.0, clock: Clock | None = None
    ) -> None:
        self.clock = clock or Clock()
        self.counts = Counting()
        sender = Sender(receiver.webhook(), patience=patience, now=self.clock.now)
        self.outbox = Outbox(
            engine, sender, composed, self.counts, now=self.clock.now, clock=self.clock, chance=lambda: 0.5
        )

    def run(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass, with a run each `step` seconds."""
        for _ in range(round(seconds / step)):
            self.outbox.run()
            self.clock.seconds += step


def is_waiting(engine: Engine) -> bool:
    return bool(alert_events.waiting(engine))


def add(engine: Engine, *thresholds: str) -> None:
    alert_events.add(engine, [(event(one), ["ops"]) for one in thresholds], NOW)


def test_events_are_sent_oldest_first_and_once(engine: Engine, receiver: Receiver) -> None:
    add(engine, "0.5", "0.8", "1")
    sending = Sending(engine, receiver)

    sending.run(120, step=5)

    assert [post.json["title"] for post in receiver.posts] == ["office 0.5", "office 0.8", "office 1"]
    assert sending.counts.sent_to == ["ops"] * 3
    assert not is_waiting(engine)


@pytest.mark.parametrize("answer", [500, 302, "break", "hang"])
def test_a_receiver_that_misbehaves_at_first_sees_the_same_event_again(
    engine: Engine, receiver: Receiver, answer: int | str
) -> None:
    add(engine, "1")
    receiver.answer = lambda _post: 200 if len(receiver.posts) > 2 else answer
    sending = Sending(engine, receiver, patience=2.0 if answer == "hang" else 30.0)

    for _ in range(30):
        sending.run(5, step=5)
        receiver.go_on.set()

    # More than three if this machine is slower than our patience.
    assert len(receiver.ids) >= 3
    assert len(set(receiver.ids)) == 1
    assert sending.counts.sent_to == ["ops"]
    assert not is_waiting(engine)


def test_a_receiver_that_is_away_for_an_hour_gets_it_within_ten_minutes_of_its_return(
    engine: Engine, receiver: Receiver
) -> None:
    add(engine, "0.5", "1")
    sending = Sending(engine, receiver)
    receiver.answer = lambda _post: 503 if sending.clock.seconds < 1000 + 3600 else 200

    sending.run(3600, step=5)
    tries = len(receiver.posts)
    assert alert_events.waiting(engine)["ops"].problem == "HTTP 503"
    sending.run(720, step=5)

    assert tries <= 12
    assert len(set(receiver.ids)) == 2
    assert sending.counts.sent_to == ["ops", "ops"]
    assert not is_waiting(engine)


def test_an_event_that_is_refused_for_good_does_not_block_others(engine: Engine, receiver: Receiver) -> None:
    add(engine, "0.5", "1")

    def refuse_half(post: Post) -> int:
        return 400 if post.json["title"] == "office 0.5" else 200

    receiver.answer = refuse_half
    sending = Sending(engine, receiver)
    sending.run(30)

    assert sending.counts.sent_to == ["ops"]
    assert alert_events.waiting(engine)["ops"].number == 1


def test_five_restarts_send_nothing_twice(engine: Engine, receiver: Receiver) -> None:
    add(engine, "0.5", "1")
    clock = Clock()
    for _ in range(5):
        Sending(engine, receiver, clock=clock).run(90)

    assert len(receiver.ids) == len(set(receiver.ids)) == 2


def test_an_event_whose_sender_died_is_taken_over(engine: Engine, receiver: Receiver) -> None:
    add(engine, "1")
    assert alert_events.claim(engine, "ops", NOW, NOW + LEASE)
    heir = Sending(engine, receiver)

    heir.run(LEASE.total_seconds() - 1)
    assert receiver.posts == []
    heir.run(10)

    assert len(receiver.ids) == 1


def test_while_the_ledger_is_away_nothing_is_sent_and_nothing_raised(engine: Engine, receiver: Receiver) -> None:
    add(engine, "1")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE alert_deliveries RENAME TO away"))

    Sending(engine, receiver).run(10)

    assert receiver.posts == []


def test_only_the_first_failure_in_a_row_is_logged_and_without_the_url(
    engine: Engine, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="farebox")
    add(engine, "1")
    sending = Sending(engine, receiver)
    receiver.answer = lambda _post: 500 if len(receiver.posts) < 4 else 200

    sending.run(600, step=5)

    told = [record.getMessage() for record in caplog.records if record.name.startswith("farebox")]
    assert told == [
        "destination ops did not take a notification (HTTP 500): it is tried again until it does",
        "destination ops takes notifications again",
    ]


def test_an_event_that_cannot_be_composed_waits_and_says_why(engine: Engine, receiver: Receiver) -> None:
    add(engine, "1")
    alert_events.add(engine, [(event("1", budget="next"), ["ops"])], NOW + timedelta(seconds=1))
    sending = Sending(engine, receiver)

    def compose(delivery: Delivery) -> Message:
        if delivery.event.budget == "office":
            raise ZeroDivisionError
        return composed(delivery)

    sending.outbox._compose = compose

    sending.run(30)

    assert len(receiver.ids) == 1
    assert alert_events.waiting(engine)["ops"].problem == "ZeroDivisionError"
