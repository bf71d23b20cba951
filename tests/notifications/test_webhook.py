"""The webhook is signed JSON that names the event."""

import json
from collections.abc import Iterator

import pytest
from farebox.notifications.signature import is_genuine
from farebox.notifications.webhook import content, send

from tests.support.notifications import NOW, message
from tests.support.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def test_the_body_has_the_event_and_what_it_is_about() -> None:
    found = json.loads(content(message(body={"budget": {"used": 7}})))

    assert found == {
        "id": "event-1",
        "kind": "test",
        "severity": "warning",
        "created_at": "2026-11-20T15:20:00Z",
        "title": "Budget office has reached 80 %",
        "text": "$80.00 of $100.00 used.",
        "budget": {"used": 7},
    }


def test_a_receiver_verifies_with_either_secret(receiver: Receiver) -> None:
    send(receiver.url, message(), [b"new", b"old"], NOW)

    [post] = receiver.posts
    signature = post.headers["x-farebox-signature"]
    assert all(is_genuine(signature, post.body, secret, NOW.timestamp()) for secret in (b"new", b"old"))
    assert post.headers["x-farebox-event"] == "event-1"


def test_without_secrets_there_is_no_signature(receiver: Receiver) -> None:
    send(receiver.url, message(), [], NOW)

    assert "x-farebox-signature" not in receiver.posts[0].headers
