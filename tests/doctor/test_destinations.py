"""Destinations that can't be reached, or have not taken what they were sent, are named."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from farebox.config.destinations import Destination
from farebox.config.settings import Settings
from farebox.doctor import destinations
from farebox.doctor.finding import OK, WARNING, Finding
from farebox.store import alert_events
from msgspec.structs import replace

from tests.support.ledgers import new_ledger
from tests.support.notifications import NOW, event
from tests.support.postgres import free_port
from tests.support.receiver import Receiver


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def check(settings: Settings, *wanted: Destination) -> list[Finding]:
    return list(destinations.check(replace(settings, destinations=wanted), NOW + timedelta(minutes=90)))


def test_one_that_listens_is_ok_and_gets_no_message(settings: Settings, receiver: Receiver, tmp_path: Path) -> None:
    (tmp_path / "chat").write_text("json://127.0.0.1")
    apprise = Destination("chat", "apprise", url_file=str(tmp_path / "chat"))

    found = check(settings, receiver.webhook(), apprise)

    assert found == [
        Finding(OK, "destination ops: it can be reached; `farebox alerts test ops` sends a message"),
        Finding(OK, "destination chat: its URL is understood; `farebox alerts test chat` sends a message"),
    ]
    assert receiver.posts == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"url": f"http://127.0.0.1:{free_port()}/canary"}, "no connection (Connection refused)"),
        ({"url": "http://canary.invalid./canary"}, "no connection ("),
        ({"url": "", "url_file": "/none"}, "url_file: /none cannot be read"),
        ({"url": "", "url_env": "NOT_SET"}, "url_env: the variable NOT_SET is not set"),
        ({"secret_envs": ("NOT_SET",)}, "secret_envs: the variable NOT_SET is not set"),
        ({"type": "apprise", "url": "nothing://canary"}, "Apprise does not understand its URL (nothing://...)"),
    ],
)
def test_one_that_can_t_be_used_is_named_with_a_fix(
    settings: Settings, receiver: Receiver, changes: dict[str, object], problem: str
) -> None:
    [found] = check(settings, replace(receiver.webhook(), **changes))

    assert found.level == WARNING
    assert found.message.startswith(f"destination ops can't be used from here: {problem}")
    assert found.fix
    assert "canary" not in found.message + found.fix


def test_a_certificate_that_is_not_trusted_is_named(settings: Settings, receiver: Receiver) -> None:
    [found] = check(settings, replace(receiver.webhook(), url=receiver.url.replace("http", "https")))

    assert (found.level, "no connection (" in found.message) == (WARNING, True)


def test_what_was_not_taken_is_told_with_the_last_problem(settings: Settings, home: Path, receiver: Receiver) -> None:
    home.mkdir()
    with new_ledger(home / "ledger.db") as engine:
        alert_events.add(engine, [(event("1"), ["ops"])], NOW)
        delivery = alert_events.claim(engine, "ops", NOW, NOW + timedelta(minutes=1))
        assert delivery is not None
        alert_events.mark_failed(engine, delivery, NOW + timedelta(minutes=5), "HTTP 500")

    [found] = check(settings, receiver.webhook())

    assert found == Finding(
        WARNING,
        "destination ops has not taken 1 notification for 90 minutes (HTTP 500)",
        "try `farebox alerts test ops`",
    )


def test_without_destinations_there_is_nothing_to_say(settings: Settings) -> None:
    assert check(settings) == []
