"""Usage that the client did not ask for is recorded, and the client doesn't get it."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx2
import openai
import pytest

from tests.support.answers import event
from tests.support.cuts import byte_by_byte
from tests.support.node import node
from tests.support.sidecar import Sidecar
from tests.support.stream_usage import CHAT, DONE, OPENAI, ROW, USAGE, counts, events, reported, request_for
from tests.support.upstream import Close, Until, Upstream, stream


def chunks_in_python(base_url: str, body: dict[str, Any], http_client: httpx2.Client) -> list[Any]:
    with openai.OpenAI(api_key="sk-test", base_url=base_url, max_retries=0, http_client=http_client) as sdk:
        return list(sdk.chat.completions.create(**body))


def test_a_stream_is_the_same_to_the_python_sdk_and_its_usage_is_known(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    body = request_for("python")
    with httpx2.Client(trust_env=False) as direct:
        without = chunks_in_python(f"http://127.0.0.1:{upstream.plain_port}/v1", body, direct)
    behind = chunks_in_python("https://api.openai.com/v1", body, client)

    assert behind == without
    assert [one.usage for one in behind] == [None] * 3
    assert [counts(asked) for asked in upstream.asked] == [False, True]
    assert reported(row_of("python")) == ROW


def test_a_stream_is_the_same_to_the_node_sdk_and_its_usage_is_known(
    upstream: Upstream, sidecar: Sidecar, row_of: Callable[[str], dict[str, Any]]
) -> None:
    body = request_for("node")
    environment = {
        "NODE_USE_ENV_PROXY": "1",
        "HTTPS_PROXY": sidecar.proxy,
        "HTTP_PROXY": sidecar.proxy,
        "NODE_EXTRA_CA_CERTS": sidecar.ca,
    }
    without = json.loads(node("stream.mjs", f"http://127.0.0.1:{upstream.plain_port}/v1", json.dumps(body)))
    behind = json.loads(node("stream.mjs", "https://api.openai.com/v1", json.dumps(body), environment=environment))

    # OpenAI adds `"usage": null` to each chunk where usage is asked for.
    assert [one.pop("usage", None) for one in behind] == [None] * 3
    assert behind == without
    assert [counts(asked) for asked in upstream.asked] == [False, True]
    assert reported(row_of("node")) == ROW


def test_the_client_gets_all_bytes_but_those_of_the_usage_event(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    sent = json.dumps(request_for("bytes"), indent=1).encode()

    got = client.post(OPENAI, content=sent, headers={"content-type": "application/json"})

    *kept, _count, done = events("bytes", counted=True)
    assert got.content == b"".join([*kept, done])
    [asked] = upstream.asked
    assert asked.body == sent.replace(b"{", b'{"stream_options":{"include_usage":true},', 1)
    assert asked.headers["content-length"] == str(len(asked.body))
    row = row_of("bytes")
    assert reported(row) == ROW
    assert row["request_bytes"] == len(sent)


def test_completions_without_chat_are_counted_too(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    text = event(id="c", object="text_completion", choices=[{"index": 0, "text": "Hi", "finish_reason": "stop"}])
    upstream.answer = lambda asked: stream([text, *([event(choices=[], usage=USAGE)] if counts(asked) else []), DONE])

    got = client.post("https://api.openai.com/v1/completions", json={"model": "text", "prompt": "Hi", "stream": True})

    assert got.content == text + DONE
    assert reported(row_of("text")) == ROW


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"], ids=repr)
def test_the_usage_event_is_removed_however_it_is_cut(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]], newline: bytes
) -> None:
    model = f"newline-{newline.hex()}"
    sent = [one.replace(b"\n", newline) for one in events(model, counted=True)]
    upstream.answer = lambda _asked: stream(byte_by_byte(b"".join(sent)))

    got = client.post(OPENAI, json=request_for(model))

    assert got.content == b"".join([*sent[:-2], sent[-1]])
    assert reported(row_of(model)) == ROW


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-ndjson"])
def test_the_usage_event_is_removed_from_streams_of_other_content_types(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]], kind: str
) -> None:
    sent = events(kind, counted=True)
    head, *rest = stream(sent)
    assert isinstance(head, bytes)
    upstream.answer = lambda _asked: [head.replace(b"text/event-stream", kind.encode()), *rest]

    assert client.post(OPENAI, json=request_for(kind)).content == b"".join([*sent[:-2], sent[-1]])
    assert reported(row_of(kind)) == ROW


def test_a_chunk_arrives_before_the_next_is_sent(upstream: Upstream, client: httpx2.Client) -> None:
    seen = threading.Event()
    head, first, *rest = stream(events("at-once", counted=True))
    upstream.answer = lambda _asked: [head, first, Until(seen), *rest]

    with client.stream("POST", OPENAI, json=request_for("at-once")) as got:
        pieces = got.iter_raw()
        assert next(pieces) == events("at-once", counted=True)[0]
        seen.set()
        assert b"".join(pieces).endswith(DONE)


def test_the_usage_event_is_removed_from_an_answer_with_a_length(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    sent = events("announced", counted=True)
    body = b"".join(sent)
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n"
    upstream.answer = lambda _asked: [head.encode() + body]

    for _ in range(2):
        assert client.post(OPENAI, json=request_for("announced")).content == b"".join([*sent[:-2], sent[-1]])
    assert client.post(OPENAI, json=request_for("announced-2")).headers["transfer-encoding"] == "chunked"
    assert reported(row_of("announced-2")) == ROW


def test_a_host_of_the_settings_is_asked(client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]) -> None:
    got = client.post(f"http://box-1:9000{CHAT}", json=request_for("named"))

    *kept, _count, done = events("named", counted=True)
    assert got.content == b"".join([*kept, done])
    assert reported(row_of("named")) == ROW


def test_a_stream_that_is_cut_in_a_usage_event_has_all_that_came_before(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    sent = events("cut", counted=True)
    upstream.answer = lambda _asked: stream([*sent[:3], sent[3][:90]], end=Close())

    got = b""
    with suppress(httpx2.RemoteProtocolError), client.stream("POST", OPENAI, json=request_for("cut")) as answered:
        for piece in answered.iter_raw():
            got += piece

    assert got == b"".join(sent[:3])
    assert row_of("cut")["usage_source"] == "estimated"
