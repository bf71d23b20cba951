"""Each type of destination is sent what it takes, within a time limit."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from farebox.config.destinations import Destination
from farebox.notifications.delivery_error import DeliveryError
from farebox.notifications.sender import Sender

from tests.support.notifications import NOW, message
from tests.support.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def test_a_webhook_is_signed_and_an_alertmanager_gets_alerts(receiver: Receiver, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    hook = Sender(receiver.webhook(secret_files=(str(tmp_path / "key"),)), now=lambda: NOW)
    pager = Sender(Destination("pager", "alertmanager", receiver.url), now=lambda: NOW)

    hook.send(message())
    pager.send(message())
    pager.send_alerts([{"labels": {"alertname": "A"}}])

    signed, alert, alerts = receiver.posts
    assert (signed.path, "x-farebox-signature" in signed.headers) == ("/hook", True)
    assert (alert.path, json.loads(alert.body)[0]["labels"]["alertname"]) == ("/api/v2/alerts", "FareboxTest")
    assert alerts.json == [{"labels": {"alertname": "A"}}]
    assert (hook.holds_alerts, pager.holds_alerts, hook.name) == (False, True, "ops")


def test_apprise_is_sent_by_the_url_in_a_file(receiver: Receiver, tmp_path: Path) -> None:
    (tmp_path / "chat").write_text(receiver.url.replace("http", "json") + "/chat\n")

    Sender(Destination("chat", "apprise", url_file=str(tmp_path / "chat"))).send(message())

    assert receiver.posts[0].json["title"] == message().title


def test_a_destination_that_hangs_is_given_up(receiver: Receiver) -> None:
    receiver.answer = lambda _post: "hang"

    with pytest.raises(DeliveryError, match=r"no answer within 0\.1 s"):
        Sender(receiver.webhook(), patience=0.1).send(message())


def test_a_secret_that_is_missing_sends_nothing(receiver: Receiver) -> None:
    with pytest.raises(DeliveryError, match="secret_files: /none cannot be read"):
        Sender(receiver.webhook(secret_files=("/none",))).send(message())

    assert receiver.posts == []
