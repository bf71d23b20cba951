"""The demo's answers have the formats of the real APIs."""

import json
from typing import Any

import pytest
from farebox.demo.answers import answer_to

NUMBERS = {"input": "30", "cached": "20", "output": "12", "reasoning": "5", "written": "7", "chunks": "2"}


def request(**told: Any) -> dict[str, Any]:
    return {"model": "m-1", "metadata": {"call": "001", **NUMBERS}, **told}


def documents(events: tuple[bytes, ...]) -> list[Any]:
    lines = [event.rpartition(b"data: ")[2].decode() for event in events]
    return [line.strip() if line.strip() == "[DONE]" else json.loads(line) for line in lines]


USAGE = {
    "prompt_tokens": 30,
    "completion_tokens": 12,
    "total_tokens": 42,
    "prompt_tokens_details": {"cached_tokens": 20},
    "completion_tokens_details": {"reasoning_tokens": 5},
}


def test_a_plain_chat_has_its_usage() -> None:
    answer = answer_to("/v1/chat/completions", request())

    assert (answer.status, answer.events) == (200, ())
    assert json.loads(answer.body) == {
        "id": "demo-001",
        "object": "chat.completion",
        "model": "m-1",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Rivers"}, "finish_reason": "stop"}],
        "usage": USAGE,
    }


@pytest.mark.parametrize("metadata", [{}, {"metadata": None}, {"metadata": {"session": "7"}}])
def test_the_chat_of_another_program_is_counted_by_its_text(metadata: dict[str, Any]) -> None:
    asked = {"model": "m", "messages": [{"role": "user", "content": "Name a river."}], **metadata}

    body = json.loads(answer_to("/v1/chat/completions", asked).body)

    assert (body["id"], body["usage"]["prompt_tokens"], body["usage"]["completion_tokens"]) == ("demo-own", 11, 12)


@pytest.mark.parametrize("include", [True, False])
def test_a_streamed_chat_has_its_usage_only_if_it_is_requested(*, include: bool) -> None:
    options = {"stream_options": {"include_usage": include}} if include else {}
    answer = answer_to("/v1/chat/completions", request(stream=True, **options))

    *chunks, done = documents(answer.events)
    assert (answer.body, done) == (b"", "[DONE]")
    texts = [chunk["choices"][0]["delta"].get("content") for chunk in chunks if chunk["choices"]]
    assert texts == [" The river runs", " past the mill", None]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert [chunk["usage"] for chunk in chunks if "usage" in chunk] == [USAGE] * include
    finish = [chunk["choices"][0]["finish_reason"] for chunk in chunks if chunk["choices"]]
    assert finish == [None, None, "stop"]


def test_a_message_of_anthropic_is_streamed_with_its_cache() -> None:
    answer = answer_to("/v1/messages", request(stream=True))

    events = documents(answer.events)
    assert [event["type"] for event in events] == [
        *("message_start", "content_block_start", "content_block_delta", "content_block_delta"),
        *("content_block_stop", "message_delta", "message_stop"),
    ]
    assert [event.split(b"\n")[0] for event in answer.events] == [b"event: " + e["type"].encode() for e in events]
    assert events[0]["message"]["usage"] == {
        "input_tokens": 30,
        "cache_read_input_tokens": 20,
        "cache_creation_input_tokens": 7,
        "output_tokens": 1,
    }
    assert events[5] == {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"output_tokens": 12},
    }


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_a_refused_call_is_a_429_without_usage(path: str) -> None:
    answer = answer_to(path, {"model": "m", "stream": True, "metadata": {"call": "1", "refuse": "1"}})

    assert (answer.status, answer.events) == (429, ())
    assert json.loads(answer.body)["error"]["code"] == "rate_limit_exceeded"
    assert answer_to(path, {"model": "m", "stream": True, "metadata": {"call": "1", "refuse": "0"}}).status == 200


def test_twelve_chunks_are_the_default() -> None:
    body = {"model": "m", "stream": True, "metadata": {"call": "1"}}

    # One for each word, the end and [DONE]; and beside the words, the five events of a message.
    assert len(answer_to("/chat/completions", body).events) == 12 + 2
    assert len(answer_to("/v1/messages", body).events) == 12 + 5
