"""What the demo's provider says, in the words of the real ones' APIs. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_WORDS = ("The", "river", "runs", "past", "the", "mill", "and", "under", "two", "bridges", "to", "the", "sea")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a body at once, or the `events` of a stream; `thinking` seconds pass before it begins."""

    status: int = 200
    body: bytes = b""
    events: tuple[bytes, ...] = ()
    thinking: float = 0.15


def answer_to(path: str, asked: Mapping[str, Any]) -> Answer:
    """Return the answer to a request's JSON; what the session wants of it, it says in `metadata`, as strings."""
    wish = {name: int(value) for name, value in asked.get("metadata", {}).items() if str(value).isdecimal()}
    if wish.get("refuse"):
        return Answer(
            429, _json({"error": {"type": "requests", "code": "rate_limit_exceeded", "message": "Slow down."}})
        )
    if path.endswith("/messages"):
        return Answer(events=tuple(_anthropic_stream(asked, wish)))
    if asked.get("stream"):
        return Answer(events=tuple(_openai_stream(asked, wish)))
    message = {"index": 0, "message": {"role": "assistant", "content": "Rivers"}, "finish_reason": "stop"}
    return Answer(body=_json({**_openai_head(asked), "choices": [message], "usage": _openai_usage(wish)}))


def _openai_stream(asked: Mapping[str, Any], wish: Mapping[str, int]) -> Iterator[bytes]:
    head = _openai_head(asked, "chat.completion.chunk")
    for number in range(wish.get("chunks", 12)):
        delta = {"content": f" {_WORDS[number % len(_WORDS)]}"}
        yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if asked.get("stream_options", {}).get("include_usage"):
        yield _event({**head, "choices": [], "usage": _openai_usage(wish)})
    yield b"data: [DONE]\n\n"


def _anthropic_stream(asked: Mapping[str, Any], wish: Mapping[str, int]) -> Iterator[bytes]:
    usage = {
        "input_tokens": wish.get("input", 0),
        "cache_read_input_tokens": wish.get("cached", 0),
        "cache_creation_input_tokens": wish.get("written", 0),
        "output_tokens": 1,
    }
    message = {"id": _id(asked), "type": "message", "role": "assistant", "model": asked["model"], "usage": usage}
    yield _named("message_start", {"message": message})
    yield _named("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})
    for number in range(wish.get("chunks", 12)):
        delta = {"type": "text_delta", "text": f" {_WORDS[number % len(_WORDS)]}"}
        yield _named("content_block_delta", {"index": 0, "delta": delta})
    yield _named("content_block_stop", {"index": 0})
    end = {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": wish.get("output", 0)}}
    yield _named("message_delta", end)
    yield _named("message_stop", {})


def _openai_head(asked: Mapping[str, Any], kind: str = "chat.completion") -> dict[str, Any]:
    return {"id": _id(asked), "object": kind, "model": asked["model"]}


def _openai_usage(wish: Mapping[str, int]) -> dict[str, Any]:
    given, said = wish.get("input", 0), wish.get("output", 0)
    return {
        "prompt_tokens": given,
        "completion_tokens": said,
        "total_tokens": given + said,
        "prompt_tokens_details": {"cached_tokens": wish.get("cached", 0)},
        "completion_tokens_details": {"reasoning_tokens": wish.get("reasoning", 0)},
    }


def _id(asked: Mapping[str, Any]) -> str:
    return f"demo-{asked['metadata']['call']}"


def _named(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\n".encode() + _event({"type": name, **data})


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + _json(data) + b"\n\n"


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data).encode()
