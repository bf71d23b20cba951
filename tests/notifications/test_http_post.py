"""A message counts as taken only with a status of 2xx from the URL itself."""

from collections.abc import Iterator

import pytest
from farebox.notifications.delivery_error import DeliveryError
from farebox.notifications.http_post import post

from tests.support.postgres import free_port
from tests.support.receiver import Receiver


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_status_of_2xx_is_taken(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda _post: status

    post(f"{receiver.url}/canary", b"{}", {"x-more": "1"})

    last = receiver.posts[-1]
    assert (last.method, last.path, last.body, last.headers["x-more"]) == ("POST", "/canary", b"{}", "1")
    assert last.headers["content-type"] == "application/json"
    assert last.headers["user-agent"].startswith("farebox/")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (302, "HTTP 302: it redirects, which is not followed: use the final URL"),
        (307, "HTTP 307: it redirects"),
        (400, "HTTP 400"),
        (500, "HTTP 500"),
        ("break", "the connection broke off before the answer"),
    ],
)
def test_anything_else_is_not_taken_and_tried_once(receiver: Receiver, answer: int | str, problem: str) -> None:
    receiver.answer = lambda _post: answer
    before = len(receiver.posts)

    with pytest.raises(DeliveryError) as refused:
        post(f"{receiver.url}/canary?token=canary", b"{}", {})

    assert str(refused.value).startswith(problem)
    assert len(receiver.posts) == before + 1
    assert "canary" not in str(refused.value) + repr(refused.value.__cause__)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/canary", "canary", "http://127.0.0.1:PORT/canary", "http://[canary"])
def test_a_url_without_a_receiver_is_not_taken_and_not_named(url: str) -> None:
    with pytest.raises(DeliveryError) as refused:
        post(url.replace("PORT", str(free_port())), b"{}", {})

    assert "canary" not in str(refused.value)
