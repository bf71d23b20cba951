"""Load for `benchmarks.speed`: a provider, and clients that keep their connections through the proxy."""

import asyncio
import json
import ssl
from collections.abc import Sequence
from typing import NamedTuple

from tests.support.upstream import Asked, Pause, Step, plain

HOST = "api.openai.com"
_MODEL = "gpt-4o-2024-08-06"
_USAGE = {"prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000}
_ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1764000000,
        "model": _MODEL,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "x" * 1000}, "finish_reason": "stop"}],
        "usage": _USAGE,
    }
).encode()
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class Scenario(NamedTuple):
    """What clients do: `calls` calls over `clients` connections; answers have `chunks`, one each `pause` seconds."""

    name: str
    clients: int
    calls: int
    chunks: int = 0
    pause: float = 0.0
    body_bytes: int = 400


def answer(asked: Asked) -> list[Step]:
    """Return the answer that the request's headers describe."""
    chunks, pause = int(asked.headers.get("x-chunks", 0)), float(asked.headers.get("x-pause", 0))
    if not chunks:
        return plain(_ANSWER)
    pieces = [_framed(_event(f"word{number} ")) for number in range(chunks)]
    end = _framed(_event(None)) + _framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"
    if not pause:
        return [_HEAD + b"".join(pieces) + end]
    steps: list[Step] = [_HEAD]
    for piece in pieces:
        steps += [piece, Pause(pause)]
    return [*steps, end]


async def run(scenario: Scenario, port: int, authority: str) -> None:
    """Make all calls of `scenario` through the proxy; AssertionError if an answer is not whole."""
    context = ssl.create_default_context(cafile=authority)
    share = scenario.calls // scenario.clients
    await asyncio.gather(*(_client(scenario, port, context, share) for _ in range(scenario.clients)))


async def _client(scenario: Scenario, port: int, context: ssl.SSLContext, calls: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"CONNECT {HOST}:443 HTTP/1.1\r\nhost: {HOST}:443\r\n\r\n".encode())
    assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
    await writer.start_tls(context, server_hostname=HOST)
    request = _request(scenario)
    for _ in range(calls):
        writer.write(request)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        if scenario.chunks:
            await reader.readuntil(b"0\r\n\r\n")
        else:
            await reader.readexactly(len(_ANSWER))
    writer.close()


def _request(scenario: Scenario) -> bytes:
    content = "x" * max(1, scenario.body_bytes - 100)
    body = json.dumps(
        {
            "model": "gpt-4o",
            "messages": [{"role": "user", "content": content}],
            **({"stream": True, "stream_options": {"include_usage": True}} if scenario.chunks else {}),
        }
    ).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer x\r\ncontent-type: "
        f"application/json\r\nx-chunks: {scenario.chunks}\r\nx-pause: {scenario.pause}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _event(text: str | None) -> bytes:
    choices: Sequence[object] = [] if text is None else [_choice(text)]
    event = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1764000000,
        "model": _MODEL,
        "service_tier": "default",
        "system_fingerprint": "fp_1",
        "choices": choices,
        "usage": _USAGE if text is None else None,
    }
    return b"data: " + json.dumps(event, separators=(",", ":")).encode() + b"\n\n"


def _choice(text: str) -> object:
    return {"index": 0, "delta": {"content": text}, "logprobs": None, "finish_reason": None}


def _framed(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)
