"""Answers to the official SDKs are metered, however they are encoded, cut or sized."""

import gzip
import json
from typing import Any

import pytest

from tests.support.sdks import (
    ANTHROPIC_ROW,
    OPENAI_COST,
    OPENAI_ROW,
    OPENAI_USAGE,
    anthropic_body,
    anthropic_events,
    ask_anthropic,
    ask_openai,
    openai_body,
    openai_events,
    streamed_text,
)
from tests.support.upstream import Upstream, plain, stream

# The SDK warns that the model is retired; its list price stays.
pytestmark = pytest.mark.filterwarnings("ignore:The model 'claude-sonnet-4-5' is deprecated:DeprecationWarning")


def test_a_plain_openai_answer_is_metered(upstream: Upstream, row_of: Any) -> None:
    upstream.answer = lambda _asked: plain(openai_body("chatcmpl-plain"))

    answer = ask_openai()

    row = row_of("chatcmpl-plain")
    assert answer.choices[0].message.content == "Hello!"
    assert {name: row[name] for name in OPENAI_ROW} == OPENAI_ROW
    assert row["streamed"] is False
    assert row["raw_usage"] == OPENAI_USAGE


def test_an_openai_stream_is_metered(upstream: Upstream, row_of: Any) -> None:
    upstream.answer = lambda _asked: stream(openai_events("chatcmpl-stream"))

    text = streamed_text(ask_openai(stream=True, stream_options={"include_usage": True}))

    row = row_of("chatcmpl-stream")
    assert text == "Hello!"
    assert {name: row[name] for name in OPENAI_ROW} == OPENAI_ROW
    assert (row["streamed"], row["output_chunks"]) == (True, 2)
    assert 0 <= row["ttfb_ms"] <= row["ttft_ms"] <= row["duration_ms"]
    assert 0 < row["overhead_us"] < 1000 * row["duration_ms"]


def test_a_plain_anthropic_answer_is_metered(upstream: Upstream, row_of: Any) -> None:
    upstream.answer = lambda _asked: plain(anthropic_body("msg_plain"))

    answer = ask_anthropic()

    row = row_of("msg_plain")
    assert answer.content[0].text == "Hello!"
    assert {name: row[name] for name in ANTHROPIC_ROW} == ANTHROPIC_ROW


def test_an_anthropic_stream_is_metered(upstream: Upstream, row_of: Any) -> None:
    upstream.answer = lambda _asked: stream(anthropic_events("msg_stream"))

    events = list(ask_anthropic(stream=True))

    row = row_of("msg_stream")
    assert events[-1].type == "message_stop"
    assert {name: row[name] for name in ANTHROPIC_ROW} == ANTHROPIC_ROW
    assert row["output_chunks"] == 1


@pytest.mark.parametrize("is_streamed", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_an_answer_through_gzip_is_metered(upstream: Upstream, row_of: Any, dialect: str, is_streamed: bool) -> None:
    response_id = f"{dialect}-gzip-{is_streamed}"
    headers = "content-encoding: gzip\r\n"
    events = openai_events(response_id) if dialect == "openai" else anthropic_events(response_id)
    body = openai_body(response_id) if dialect == "openai" else anthropic_body(response_id)
    packed = gzip.compress(b"".join(events))
    if is_streamed:
        upstream.answer = lambda _asked: stream([packed[:50], packed[50:]], headers=headers)
    else:
        upstream.answer = lambda _asked: plain(gzip.compress(body), headers=headers)

    if dialect == "openai":
        answer = ask_openai(stream=is_streamed)
        text = streamed_text(answer) if is_streamed else answer.choices[0].message.content
    else:
        answer = ask_anthropic(stream=is_streamed)
        deltas = (event.delta.text for event in answer if event.type == "content_block_delta") if is_streamed else ()
        text = "".join(deltas) if is_streamed else answer.content[0].text

    expected = OPENAI_ROW if dialect == "openai" else ANTHROPIC_ROW
    row = row_of(response_id)
    assert text == "Hello!"
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_a_stream_cut_at_every_byte_is_metered(upstream: Upstream, row_of: Any, dialect: str) -> None:
    response_id = f"{dialect}-bytes"
    events = openai_events(response_id) if dialect == "openai" else anthropic_events(response_id)
    upstream.answer = lambda _asked: stream([bytes([byte]) for byte in b"".join(events)])

    if dialect == "openai":
        assert streamed_text(ask_openai(stream=True)) == "Hello!"
    else:
        assert [event.type for event in ask_anthropic(stream=True)][-1] == "message_stop"

    row = row_of(response_id)
    expected = OPENAI_ROW if dialect == "openai" else ANTHROPIC_ROW
    assert {name: row[name] for name in expected} == expected


def test_a_large_request_is_streamed_and_its_model_read(upstream: Upstream, row_of: Any) -> None:
    upstream.answer = lambda _asked: plain(openai_body("chatcmpl-large"))
    large: Any = [{"role": "user", "content": "x" * (17 << 20)}]

    ask_openai(messages=large)

    row = row_of("chatcmpl-large")
    assert row["request_bytes"] == upstream.asked[-1].body_bytes > 17 << 20
    assert row["model_requested"] == "gpt-4o"
    assert row["model_returned"] == "gpt-4o-2024-08-06"


def test_a_large_plain_answer_is_metered(upstream: Upstream, row_of: Any) -> None:
    body = json.loads(openai_body("chatcmpl-long"))
    body["choices"][0]["message"]["content"] = "y" * (3 << 20)
    upstream.answer = lambda _asked: [*plain(json.dumps(body).encode())]

    answer = ask_openai()

    assert len(answer.choices[0].message.content) == 3 << 20
    assert row_of("chatcmpl-long")["cost_nanousd"] == OPENAI_COST
