"""Apprise's own ways: redirects lose nothing, a refusal is one, and nothing counts as sent that was not."""

import sys
from collections.abc import Iterator

import pytest
from farebox.notifications.apprise_urls import send
from farebox.notifications.delivery_error import DeliveryError

from tests.support.notifications import message
from tests.support.receiver import Receiver


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def url(receiver: Receiver, more: str = "") -> str:
    return receiver.url.replace("http://", "json://") + f"/canary{more}"


def test_title_text_and_severity_arrive(receiver: Receiver) -> None:
    receiver.answer = lambda _post: 200

    send(url(receiver), message(severity="critical"))

    found = receiver.posts[-1].json
    assert (found["title"], found["message"], found["type"]) == (
        "Budget office has reached 80 %",
        "$80.00 of $100.00 used.",
        "failure",
    )


@pytest.mark.parametrize("status", [302, 307, 400, 500])
def test_a_redirect_or_a_refusal_is_not_taken_and_nothing_is_followed(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda _post: status
    before = len(receiver.posts)

    with pytest.raises(DeliveryError, match=r"could not send it \(failure\)"):
        send(url(receiver), message())

    assert [(post.method, post.path) for post in receiver.posts[before:]] == [("POST", "/canary")]


@pytest.mark.parametrize("wrong", ["canary", "nothing://canary", "json://", "slack://canary", "", "canary key://x"])
def test_a_url_that_is_none_is_not_taken_and_not_shown(
    wrong: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DeliveryError, match="does not understand its URL") as refused:
        send(wrong, message())

    assert "canary" not in str(refused.value) + caplog.text + "".join(capfd.readouterr())


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    with pytest.raises(DeliveryError) as refused:
        send("json://127.0.0.1", message())

    assert str(refused.value).startswith("Apprise is not installed: `")
    assert str(refused.value).endswith("[notify]'`")
