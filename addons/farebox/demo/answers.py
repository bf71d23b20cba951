"""The answers of the demo's provider, in the formats of the real APIs. Pure."""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_BYTES_PER_TOKEN = 4
_WORDS = ("The", "river", "runs", "past", "the", "mill", "and", "under", "two", "bridges", "to", "the", "sea")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a whole body, or the `events` of a stream; it begins after `thinking` seconds.

    A stream that `stalls` has no end: the provider waits until its client is gone.
    """

    status: int = 200
    body: bytes = b""
    events: tuple[bytes, ...] = ()
    thinking: float = 0.15
    stalls: bool = False


def answer_to(path: str, request: Mapping[str, Any]) -> Answer:
    """Return the answer to a request's JSON; its `metadata` says, as strings, which answer the session wants."""
    metadata = request.get("metadata")
    told = metadata.items() if isinstance(metadata, Mapping) else ()
    wanted = {name: int(value) for name, value in told if str(value).isdecimal()}
    if "input" not in wanted:
        # Another program than the demo's session says nothing about its answer.
        wanted |= {"input": len(_json(request.get("messages", []))) // _BYTES_PER_TOKEN, "output": len(_WORDS) - 1}
    if wanted.get("refuse"):
        return Answer(
            429, _json({"error": {"type": "requests", "code": "rate_limit_exceeded", "message": "Slow down."}})
        )
    if path.endswith("/messages"):
        events = tuple(_anthropic_stream(request, wanted))
        return Answer(events=events[: wanted.get("stalls")], stalls="stalls" in wanted)
    if request.get("stream"):
        return Answer(events=tuple(_openai_stream(request, wanted)))
    message = {"index": 0, "message": {"role": "assistant", "content": "Rivers"}, "finish_reason": "stop"}
    return Answer(body=_json({**_openai_head(request), "choices": [message], "usage": _openai_usage(wanted)}))


def _openai_stream(request: Mapping[str, Any], wanted: Mapping[str, int]) -> Iterator[bytes]:
    head = _openai_head(request, "chat.completion.chunk")
    for text in _texts(wanted):
        delta = {"content": text}
        yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if request.get("stream_options", {}).get("include_usage"):
        yield _event({**head, "choices": [], "usage": _openai_usage(wanted)})
    yield b"data: [DONE]\n\n"


def _anthropic_stream(request: Mapping[str, Any], wanted: Mapping[str, int]) -> Iterator[bytes]:
    usage = {
        "input_tokens": wanted.get("input", 0),
        "cache_read_input_tokens": wanted.get("cached", 0),
        "cache_creation_input_tokens": wanted.get("written", 0),
        "output_tokens": 1,
    }
    message = {"id": _id(request), "type": "message", "role": "assistant", "model": request["model"], "usage": usage}
    yield _named("message_start", {"message": message})
    yield _named("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})
    for text in _texts(wanted):
        delta = {"type": "text_delta", "text": text}
        yield _named("content_block_delta", {"index": 0, "delta": delta})
    yield _named("content_block_stop", {"index": 0})
    end = {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": wanted.get("output", 0)}}
    yield _named("message_delta", end)
    yield _named("message_stop", {})


def _texts(wanted: Mapping[str, int]) -> Iterator[str]:
    """Yield the pieces of an answer that is about as long as its tokens."""
    number, words = wanted.get("chunks", 12), itertools.cycle(_WORDS)
    size = max(1, wanted.get("output", 0) - wanted.get("reasoning", 0)) * _BYTES_PER_TOKEN // number
    for _ in range(number):
        text = f" {next(words)}"
        while len(text) + 3 < size:
            text += f" {next(words)}"
        yield text


def _openai_head(request: Mapping[str, Any], kind: str = "chat.completion") -> dict[str, Any]:
    return {"id": _id(request), "object": kind, "model": request["model"]}


def _openai_usage(wanted: Mapping[str, int]) -> dict[str, Any]:
    input_tokens, output_tokens = wanted.get("input", 0), wanted.get("output", 0)
    return {
        "prompt_tokens": input_tokens,
        "completion_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
        "prompt_tokens_details": {"cached_tokens": wanted.get("cached", 0)},
        "completion_tokens_details": {"reasoning_tokens": wanted.get("reasoning", 0)},
    }


def _id(request: Mapping[str, Any]) -> str:
    metadata = request.get("metadata")
    return f"demo-{metadata.get('call', 'own') if isinstance(metadata, Mapping) else 'own'}"


def _named(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\n".encode() + _event({"type": name, **data})


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + _json(data) + b"\n\n"


def _json(data: Any) -> bytes:
    return json.dumps(data).encode()
