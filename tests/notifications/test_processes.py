"""Processes that notify from one ledger, of which some are killed: one event arrives, and is marked once."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import pytest
from farebox.notifications.composer import Composer
from farebox.notifications.outbox import LEASE, Outbox
from farebox.notifications.sender import Sender
from farebox.store import alert_events
from farebox.store.schema import alert_deliveries
from sqlalchemy import Engine, select

from tests.support.notifications import Counting
from tests.support.receiver import Receiver
from tests.support.sidecar import clean_environment, wait_until

PROGRAM = Path(__file__).parents[1] / "support" / "programs" / "notifier.py"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


class Notifier:
    """A process of PROGRAM, which is killed at the end if not before."""

    def __init__(self, engine: Engine, receiver: Receiver, what: str) -> None:
        url = engine.url.render_as_string(hide_password=False)
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM), url, receiver.url, what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=clean_environment(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream
            stream.close()

    def wait_for(self, line: str) -> None:
        assert self._process.stdout
        assert self._process.stdout.readline() == f"{line}\n"

    def go(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(30)


def heir(engine: Engine, receiver: Receiver, later: timedelta = timedelta()) -> Outbox:
    """Return the outbox of the process that goes on, at a later time."""

    def now() -> datetime:
        return datetime.now(UTC) + later

    return Outbox(engine, Sender(receiver.webhook()), Composer(engine, ZoneInfo("UTC")).message, Counting(), now=now)


def marked(engine: Engine) -> list[bool]:
    """Return of each delivery whether it is marked."""
    with engine.connect() as connection:
        return [at is not None for at in connection.scalars(select(alert_deliveries.c.delivered_at))]


def test_one_that_is_killed_between_insert_and_send_loses_nothing(engine: Engine, receiver: Receiver) -> None:
    with Notifier(engine, receiver, "insert") as first:
        first.go()
        first.wait_for("ready")
        first.wait_for("stored")
        first.kill()
    assert (receiver.posts, marked(engine)) == ([], [False])

    heir(engine, receiver).run()

    assert len(receiver.ids) == 1
    assert marked(engine) == [True]


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_one_that_is_killed_while_it_sends_is_followed_by_another_with_the_same_id(
    engine: Engine, receiver: Receiver
) -> None:
    receiver.answer = lambda _post: "hang"
    with Notifier(engine, receiver, "run") as first:
        first.go()
        wait_until(lambda: len(receiver.posts) == 1)
        first.kill()
    receiver.answer = lambda _post: 200

    heir(engine, receiver).run()
    assert len(receiver.ids) == 1
    heir(engine, receiver, later=LEASE).run()

    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert marked(engine) == [True]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_of_three_that_start_at_once_and_a_receiver_that_breaks_off_first_one_event_arrives(
    engine: Engine, receiver: Receiver
) -> None:
    receiver.answer = lambda _post: 200 if len(receiver.posts) > 1 else "break"
    with ExitStack() as running:
        notifiers = [running.enter_context(Notifier(engine, receiver, "run")) for _ in range(3)]
        for notifier in notifiers:
            notifier.wait_for("ready")
        for notifier in notifiers:
            notifier.go()
        wait_until(lambda: marked(engine) == [True])
        # One that starts anew finds nothing to do.
        with Notifier(engine, receiver, "run") as again:
            again.go()
            again.wait_for("ready")
            again.wait_for("stored")

    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert alert_events.waiting(engine) == {}
