"""Events are told once, by one of several sidecars, and are under way until their destination has taken them."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from farebox.store import alert_events
from farebox.store.alert_events import Delivery, Event
from farebox.store.engine import open_engine
from farebox.store.forget import Person, forget
from sqlalchemy import Engine

NOW = datetime(2026, 11, 20, 15, 20, tzinfo=UTC)
BEGINS = datetime(2026, 11, 1, tzinfo=UTC)
LEASE = timedelta(minutes=1)
EVENT = Event("budget", "office", BEGINS, "all", "", "0.8", "known", {"used": 5})


def claim(engine: Engine, at: datetime = NOW, destination: str = "ops") -> Delivery | None:
    return alert_events.claim(engine, destination, at, at + LEASE)


def claimed(engine: Engine, at: datetime = NOW) -> Delivery:
    found = claim(engine, at)
    assert found is not None
    return found


def test_an_event_is_told_once_to_each_destination(engine: Engine) -> None:
    assert alert_events.add(engine, [(EVENT, ["ops", "chat", "ops"])], NOW) == 1
    assert alert_events.add(engine, [(EVENT, ["ops"])], NOW + LEASE) == 0

    for destination in ("ops", "chat"):
        found = claim(engine, NOW, destination)
        assert found is not None
        assert (found.event, found.created_at, found.attempts) == (EVENT, NOW, 1)
        assert alert_events.mark_delivered(engine, found, NOW)
        assert claim(engine, NOW + timedelta(days=1), destination) is None


@pytest.mark.parametrize(
    "change", [{"threshold": "1"}, {"bound": "high"}, {"name": "ann"}, {"window_start": NOW}, {"kind": "digest"}]
)
def test_another_threshold_name_window_or_bound_is_another_event(engine: Engine, change: dict[str, Any]) -> None:
    other = Event(**{name: getattr(EVENT, name) for name in EVENT.__slots__} | change)

    assert alert_events.add(engine, [(EVENT, ["ops"]), (other, ["ops"])], NOW) == 2


def test_a_window_that_moves_is_told_once_in_its_length(engine: Engine) -> None:
    def tell(minutes: int) -> int:
        at = NOW + timedelta(minutes=minutes)
        event = Event("budget", "office", at - timedelta(days=1), "all", "", "1", "known", told_since=at - timedelta(1))
        return alert_events.add(engine, [(event, ["ops"])], at)

    assert [tell(minutes) for minutes in (0, 1, 60, 24 * 60 - 1, 24 * 60, 24 * 60 + 1)] == [1, 0, 0, 0, 1, 0]


def test_of_two_that_claim_one_sends_and_when_it_dies_the_other_takes_over(engine: Engine) -> None:
    alert_events.add(engine, [(EVENT, ["ops"])], NOW)
    dead = claimed(engine)

    assert claim(engine, NOW + LEASE - timedelta(seconds=1)) is None
    heir = claimed(engine, NOW + LEASE)

    assert (heir.id, heir.attempts) == (dead.id, 2)
    # One that was only slow marks nothing that is not its own any more.
    alert_events.mark_failed(engine, dead, NOW + timedelta(days=1), "HTTP 500")
    assert claimed(engine, NOW + 2 * LEASE).attempts == 3
    assert [alert_events.mark_delivered(engine, one, NOW) for one in (dead, heir)] == [True, False]


def test_what_failed_is_due_again_later_and_waits_until_then(engine: Engine) -> None:
    alert_events.add(engine, [(EVENT, ["ops"])], NOW)
    alert_events.mark_failed(engine, claimed(engine), NOW + timedelta(minutes=5), "HTTP 500")

    assert claim(engine, NOW + timedelta(minutes=4)) is None
    assert alert_events.waiting(engine) == {"ops": (1, NOW, "HTTP 500")}

    alert_events.mark_delivered(engine, claimed(engine, NOW + timedelta(minutes=5)), NOW)
    assert alert_events.waiting(engine) == {}


def test_many_that_insert_and_claim_at_once_have_each_event_once(engine: Engine) -> None:
    events = [(of_budget(number), ["ops"]) for number in range(6)]
    added, found = list[int](), list[str]()
    barrier = threading.Barrier(3)

    def work() -> None:
        own = open_engine(engine.url.render_as_string(hide_password=False), patience=60)
        barrier.wait()
        added.append(alert_events.add(own, events, NOW))
        barrier.wait()
        while delivery := claim(own):
            found.append(delivery.id)
        own.dispose()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(added) == [0, 0, 6]
    assert len(found) == len(set(found)) == 6


def of_budget(number: int) -> Event:
    return Event("budget", f"budget {number}", BEGINS, "all", "", "1", "known")


def test_old_events_are_purged_with_their_deliveries(engine: Engine) -> None:
    alert_events.add(engine, [(EVENT, ["ops"])], NOW)

    assert alert_events.purge(engine, NOW) == 0
    assert alert_events.purge(engine, NOW + LEASE) == 1
    assert alert_events.waiting(engine) == {}
    assert claim(engine, NOW + timedelta(days=1)) is None


def test_a_person_who_is_forgotten_leaves_no_alerts(engine: Engine) -> None:
    own = Event("budget", "each", BEGINS, "user", "ann", "1", "known")
    other = Event("budget", "keys", BEGINS, "key", "ann", "1", "known")
    alert_events.add(engine, [(own, ["ops"]), (other, ["ops"])], NOW)

    forget(engine, Person("user_id", "ann"))

    assert claimed(engine).event == other
    assert claim(engine) is None
