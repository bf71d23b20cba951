"""What the provider of `benchmarks.speed` answers, and what its clients ask for."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

OPENAI, ANTHROPIC = "api.openai.com", "api.anthropic.com"
_MODELS = {OPENAI: "gpt-4o-2024-08-06", ANTHROPIC: "claude-sonnet-4-5-20250929"}
_PATHS = {OPENAI: "/v1/chat/completions", ANTHROPIC: "/v1/messages"}
_USAGE = {"prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000}
_ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1764000000,
        "model": _MODELS[OPENAI],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "x" * 1000}, "finish_reason": "stop"}],
        "usage": _USAGE,
    }
).encode()
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class Scenario(NamedTuple):
    """What clients do: `calls` calls over `clients` connections; answers have `chunks`, one each `pause` seconds.

    `target` is of farebox's CPU, as a share of stock mitmproxy's.
    """

    name: str
    target: float
    clients: int
    calls: int
    chunks: int = 0
    pause: float = 0.0
    body_bytes: int = 400
    host: str = OPENAI

    @property
    def request(self) -> bytes:
        """One request, head and body."""
        content = "x" * max(1, self.body_bytes - 100)
        asks: dict[str, Any] = {"stream": True} if self.chunks else {}
        if self.chunks and self.host == OPENAI:
            asks["stream_options"] = {"include_usage": True}
        messages = [{"role": "user", "content": content}]
        body = json.dumps({"model": _MODELS[self.host], "max_tokens": 100, "messages": messages, **asks}).encode()
        head = (
            f"POST {_PATHS[self.host]} HTTP/1.1\r\nhost: {self.host}\r\nauthorization: Bearer x\r\nx-api-key: x\r\n"
            f"content-type: application/json\r\nx-chunks: {self.chunks}\r\nx-pause: {self.pause}\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class Answer(NamedTuple):
    """An answer: its first bytes, chunks to be sent one each `pause` seconds, and its last bytes."""

    begin: bytes
    chunks: int
    pause: float
    chunk: Callable[[str], bytes]
    end: bytes


def answer(host: str, chunks: int, pause: float) -> Answer:
    """Return what the provider at `host` answers; without a pause, all of it is in its first bytes."""
    begin, event, end = _ANTHROPIC if host == ANTHROPIC else _OPENAI
    if not chunks:
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(_ANSWER)}\r\n\r\n"
        return Answer(head.encode() + _ANSWER, 0, 0, event, b"")
    first = _HEAD + b"".join(map(_framed, begin))
    last = b"".join(map(_framed, end)) + b"0\r\n\r\n"
    if pause:
        return Answer(first, chunks, pause, lambda text: _framed(event(text)), last)
    return Answer(first + b"".join([_framed(event(f"word{one} ")) for one in range(chunks)]) + last, 0, 0, event, b"")


def _openai(text: str | None) -> bytes:
    choices: Sequence[object] = []
    if text is not None:
        choices = [{"index": 0, "delta": {"content": text}, "logprobs": None, "finish_reason": None}]
    return _data(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1764000000,
            "model": _MODELS[OPENAI],
            "service_tier": "default",
            "system_fingerprint": "fp_1",
            "choices": choices,
            "usage": _USAGE if text is None else None,
        }
    )


def _anthropic(text: str) -> bytes:
    delta = {"type": "text_delta", "text": text}
    return _named({"type": "content_block_delta", "index": 0, "delta": delta})


def _named(event: Mapping[str, Any]) -> bytes:
    return f"event: {event['type']}\n".encode() + _data(event)


def _data(event: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(event, separators=(",", ":")).encode() + b"\n\n"


def _framed(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


_OPENAI: tuple[list[bytes], Any, list[bytes]] = ([], _openai, [_openai(None), b"data: [DONE]\n\n"])
_MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": _MODELS[ANTHROPIC],
    "content": [],
    "usage": {"input_tokens": 900, "output_tokens": 1},
}
_ANTHROPIC: tuple[list[bytes], Any, list[bytes]] = (
    [
        _named({"type": "message_start", "message": _MESSAGE}),
        _named({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
    ],
    _anthropic,
    [
        _named({"type": "content_block_stop", "index": 0}),
        _named({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 100}}),
        _named({"type": "message_stop"}),
    ],
)
