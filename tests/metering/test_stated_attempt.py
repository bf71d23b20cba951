"""What tells attempts at one request apart, and what tells that they are one."""

import pytest
from farebox.metering.stated_attempt import HASHED_LIMIT, content_hash, request_hash, stated_attempt
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


CALLER = {"client_addr": "10.0.0.1", "user_id": "ann", "conversation": "c", "message_id": "m", "trace": "t"}
KEYED = {**CALLER, "agent_id": "a", "key_fingerprint": "0" * 16}


def test_the_same_request_has_the_same_hash() -> None:
    again = request(headers={"x_stainless_retry_count": "1", "x_unknown": "other"})

    assert request_hash(SALT, KEYED, request()) == request_hash(SALT, KEYED | {"team": "x"}, again)


@pytest.mark.parametrize(
    ("salt", "caller", "other"),
    [
        (b"of another", KEYED, request()),
        (b"", KEYED, request()),
        (SALT, KEYED, request(BODY + b" ")),
        (SALT, KEYED, request(url=OPENAI + "?x=1")),
        (SALT, KEYED, request(url=OPENAI.replace("openai", "groq"))),
        (SALT, KEYED | {"client_addr": "10.0.0.11"}, request(url=OPENAI)),
        (SALT, {}, request()),
    ],
    ids=["salt", "no salt", "body", "query", "host", "a client that runs on", "nobody"],
)
def test_another_request_has_another_hash(salt: bytes, caller: dict[str, str], other: Request) -> None:
    found = request_hash(salt, caller, other)

    assert found is not None
    assert found != request_hash(SALT, KEYED, request())


@pytest.mark.parametrize("column", KEYED)
def test_the_same_request_of_another_caller_has_another_hash(column: str) -> None:
    assert request_hash(SALT, KEYED | {column: "other"}, request()) != request_hash(SALT, KEYED, request())


def test_the_same_content_has_the_same_hash_with_any_key() -> None:
    texts = ("Be brief.", "Hi", "1")

    assert content_hash(SALT, KEYED, texts) == content_hash(SALT, CALLER | {"agent_id": "a"}, texts)
    assert content_hash(SALT, KEYED, texts) != content_hash(SALT, KEYED | {"user_id": "bob"}, texts)
    assert content_hash(SALT, KEYED, texts) != content_hash(SALT, KEYED, ("Be brief.H", "i", "1"))
    assert content_hash(SALT, KEYED, ()) is None
    assert content_hash(SALT, KEYED, ("a" * (HASHED_LIMIT + 1),)) is None


def test_a_body_that_is_long_or_not_there_as_a_whole_has_none() -> None:
    cut = Request("POST", "api.openai.com", 443, "/v1/chat/completions", body=BODY, body_is_whole=False)

    assert request_hash(SALT, {}, cut) is None
    assert request_hash(SALT, {}, request(bytes(HASHED_LIMIT + 1))) is None


def test_a_long_body_has_a_hash_of_its_own() -> None:
    long = bytes(HASHED_LIMIT)

    assert request_hash(SALT, KEYED, request(long)) == request_hash(SALT, KEYED, request(bytes(HASHED_LIMIT)))
    assert request_hash(SALT, KEYED, request(long)) != request_hash(SALT, KEYED, request(long[:-1] + b"1"))
