"""Usage is asked for by an edit that leaves every other byte as it was."""

import json
from typing import Any

import pytest
from farebox.records.exchange import request_to
from farebox.stream_options.inject import is_plain, may_ask_for_stream, with_include_usage
from hypothesis import given
from hypothesis import strategies as st

URL = "https://api.openai.com/v1/chat/completions"
WISH = b'"stream_options":{"include_usage":true},'
JSON = ("content-type", "application/json")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"stream": true}', b"{" + WISH + b'"stream": true}'),
        (
            b' \n{ "model" : "\\u00e4",\n  "stream":true }\n',
            b" \n{" + WISH + b' "model" : "\\u00e4",\n  "stream":true }\n',
        ),
        (b'{"stream":true,"stream_options":null}', b'{"stream":true,"stream_options":{"include_usage":true}}'),
        (b'{"stream":true,"stream_options":{}}', b'{"stream":true,"stream_options":{"include_usage":true}}'),
        (
            b'{"stream_options" : { "include_obfuscation": false }, "stream": true}',
            b'{"stream_options" : {"include_usage":true, "include_obfuscation": false }, "stream": true}',
        ),
        (
            b'{"tools":[{"stream_options":{}}],"stream":true,"stream_options":{"a":1}}',
            b'{"tools":[{"stream_options":{}}],"stream":true,"stream_options":{"include_usage":true,"a":1}}',
        ),
        (
            b'{"messages":["\\"stream_options\\":{"],"stream":true,"stream_options":{}}',
            b'{"messages":["\\"stream_options\\":{"],"stream":true,"stream_options":{"include_usage":true}}',
        ),
        (
            b'{"messages":["\\"stream\\": true, \\"stream_options\\":{"],"stream":true}',
            b"{" + WISH + b'"messages":["\\"stream\\": true, \\"stream_options\\":{"],"stream":true}',
        ),
    ],
    ids=str,
)
def test_usage_is_asked_for(body: bytes, expected: bytes) -> None:
    assert may_ask_for_stream(body)
    assert with_include_usage(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        b'{"stream":true,"stream_options":{"include_usage":true}}',
        b'{"stream":true,"stream_options":{"include_usage":false}}',
        b'{"stream":true,"stream_options":{"include_usage":null}}',
        b'{"stream":true,"stream_options":[]}',
        b'{"stream":true,"stream_options":"yes"}',
        b'{"stream":true,"stream\\u005foptions":{}}',
        b'{"stream":false}',
        b'{"stream":1}',
        b'{"stream":"true"}',
        b'{"model":"gpt-4o"}',
        b'{"messages":[{"stream":true}]}',
        b'["stream",true]',
        b'"stream"',
        b'{"stream":true',
        b'{"stream":true}{}',
        b'\xef\xbb\xbf{"stream":true}',
        '{"stream":true}'.encode("utf-16"),
        b'{"stream":true,"a":' + b"[" * 100_000,
        b"",
    ],
    ids=lambda body: str(body[:60]),
)
def test_what_asks_for_no_stream_or_says_what_it_wants_is_left_alone(body: bytes) -> None:
    assert with_include_usage(body) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text() | st.just('"stream_options":{'),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just("stream_options"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(), VALUES, max_size=4),
    st.none() | st.dictionaries(st.text(), VALUES, max_size=2) | st.just("absent"),
    st.sampled_from([None, 1, 4]),
    st.booleans(),
)
def test_the_request_means_the_same_but_for_the_wish(
    rest: dict[str, Any], options: Any, indent: int | None, has_ascii: bool
) -> None:
    asked = {**rest, "stream": True}
    asked.pop("stream_options", None)
    if options != "absent":
        asked["stream_options"] = options
    body = json.dumps(asked, indent=indent, ensure_ascii=has_ascii).encode("utf-8", "surrogatepass")

    edited = with_include_usage(body)

    if isinstance(options, dict) and "include_usage" in options:
        assert edited is None
    elif edited is not None:
        told = options if isinstance(options, dict) else {}
        assert json.loads(edited) == {**asked, "stream_options": {**told, "include_usage": True}}
        assert len(edited) - len(body) <= len(WISH)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((JSON,), True),
        ((("Content-Type", "application/json; charset=utf-8"), ("Content-Encoding", "identity")), True),
        ((JSON, ("authorization", "Bearer sk-aws4-")), True),
        ((), False),
        ((("content-type", "text/plain"),), False),
        ((JSON, ("content-encoding", "gzip")), False),
        ((JSON, ("Authorization", "AWS4-HMAC-SHA256 Credential=x")), False),
        ((JSON, ("authorization", "AWS4-ECDSA-P256-SHA256 Credential=x")), False),
        ((JSON, ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")), False),
        ((JSON, ("content-md5", "x")), False),
        ((JSON, ("digest", "sha-256=x")), False),
        ((JSON, ("content-digest", "sha-256=:x:")), False),
        ((JSON, ("repr-digest", "sha-256=:x:")), False),
        ((JSON, ("signature", "sig=:x:")), False),
        ((JSON, ("x-ms-content-sha256", "x")), False),
        ((JSON, ("x-request-digested", "no")), True),
    ],
    ids=str,
)
def test_what_is_signed_or_encoded_is_never_touched(headers: tuple[tuple[str, str], ...], expected: bool) -> None:
    assert is_plain(request_to("POST", URL, headers)) is expected


def test_a_request_that_its_query_signs_is_never_touched() -> None:
    assert not is_plain(request_to("POST", f"{URL}?X-Amz-Signature=x", (JSON,)))
    assert is_plain(request_to("POST", f"{URL}?api-version=2024-10-21", (JSON,)))


LARGE = b'"messages":["' + b"word " * 60_000 + b'"]'


@pytest.mark.parametrize(
    "body",
    [
        b'{"stream":true,' + LARGE + b"}",
        b"{" + LARGE + b',"model":"m","stream": true}\r\n',
        b'\n{ "stream":true,' + LARGE + b',"text":["stream_options"]}',
    ],
    ids=["first", "last", "the name without its colon"],
)
def test_a_large_body_is_asked_for_usage_in_front_of_its_first_member(body: bytes) -> None:
    assert may_ask_for_stream(body)
    edited = with_include_usage(body)

    if b'"stream_options"' in body:
        assert edited is None
    else:
        assert edited == body.replace(b"{", b"{" + WISH, 1)
        assert json.loads(edited)["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize(
    "body",
    [
        b'{"stream":false,' + LARGE + b"}",
        b"{" + LARGE + b"}",
        b"{" + LARGE + b',"stream":1}',
        b'{"stream":true,' + LARGE + b',"stream_options":{"include_usage":false}}',
        b'{"stream":true,"stream_options":null,' + LARGE + b"}",
        b'{"stream":true,' + LARGE + b',"stream_options" : {},' + LARGE + b"}",
        b'{"stream":true,' + LARGE,
        b'{"stream":true,' + LARGE + b"}" + b" " * 100,
        b'["stream",true,{' + LARGE + b"}]",
    ],
    ids=["no", "nothing", "odd", "false", "null", "in the middle", "cut off", "end out of sight", "list"],
)
def test_a_large_body_that_may_say_what_it_wants_is_left_alone(body: bytes) -> None:
    assert with_include_usage(body) is None


@pytest.mark.parametrize(
    "body", [b"{}", b'{"stream":false}', b'{"model":"stream"}', b'{"messages":"' + b"x" * 600_000 + b'","stream":0}']
)
def test_a_body_that_asks_for_no_stream_is_not_decoded(body: bytes) -> None:
    assert not may_ask_for_stream(body)
    assert with_include_usage(body) is None
