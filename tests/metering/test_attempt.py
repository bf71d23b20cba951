"""What tells attempts at one request apart, and what tells that they are one."""

import pytest
from farebox.metering.attempt import HASHED_LIMIT, request_hash, stated_attempt
from farebox.records.exchange import Request, request_to

from tests.support.answers import OPENAI

BODY = b'{"model": "gpt-4o", "messages": []}'
SALT = b"of this folder"


def request(body: bytes = BODY, url: str = OPENAI, *, headers: dict[str, str] | None = None) -> Request:
    named = tuple((name.replace("_", "-"), value) for name, value in (headers or {}).items())
    return request_to("POST", url, named, body)


@pytest.mark.parametrize(
    ("headers", "attempt"),
    [
        ({}, None),
        ({"amz_sdk_request": "attempt=1; max=3"}, 1),
        ({"amz_sdk_request": "ttl=20261101T123015Z; attempt=2; max=3"}, 2),
        ({"amz_sdk_request": "attempt=x"}, None),
        ({"amz_sdk_request": "attempt=0"}, None),
        ({"x_stainless_retry_count": "0"}, None),
        ({"x_stainless_retry_count": "2"}, 3),
        ({"x_stainless_retry_count": "-1"}, None),
        ({"x_stainless_retry_count": "99999999999999999999"}, None),
        ({"x_stainless_retry_count": "\u0663"}, None),
    ],
)
def test_what_the_client_states_is_the_attempt(headers: dict[str, str], attempt: int | None) -> None:
    assert stated_attempt(request(headers=headers)) == attempt


def test_the_same_request_has_the_same_hash() -> None:
    again = request(headers={"x_stainless_retry_count": "1", "authorization": "Bearer other"})

    assert request_hash(SALT, "10.0.0.1", request()) == request_hash(SALT, "10.0.0.1", again)


@pytest.mark.parametrize(
    "other",
    [
        request_hash(b"of another", "10.0.0.1", request()),
        request_hash(SALT, "10.0.0.2", request()),
        request_hash(SALT, "10.0.0.1", request(BODY + b" ")),
        request_hash(SALT, "10.0.0.1", request(url=OPENAI + "?x=1")),
        request_hash(SALT, "10.0.0.1", request(url=OPENAI.replace("openai", "groq"))),
        request_hash(SALT, "10.0.0.11", request(url=OPENAI)),
    ],
    ids=["salt", "client", "body", "query", "host", "a client that runs on"],
)
def test_another_request_has_another_hash(other: str | None) -> None:
    assert other is not None
    assert other != request_hash(SALT, "10.0.0.1", request())


def test_a_body_that_is_long_or_not_there_as_a_whole_has_none() -> None:
    cut = Request("POST", "api.openai.com", 443, "/v1/chat/completions", body=BODY, body_is_whole=False)

    assert request_hash(SALT, "", cut) is None
    assert request_hash(SALT, "", request(bytes(HASHED_LIMIT + 1))) is None
