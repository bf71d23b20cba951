"""Calls by the official SDKs, from a process of their own: `python -m tests.load --calls N --prefix TEXT`.

Where the proxy is, and whom to trust, comes from the environment, as for any client. Each call has an id, which it
sends as `x-call-id`; `answer` is the upstream's answer under that id. It is printed once the client has all of that.
"""

import argparse
import asyncio
import json
import math
import os
import time
from typing import Any

import anthropic
import httpx2
import openai

from tests.support.upstream import Asked, Close, Pause, Step, plain, stream

CALL_ID = "x-call-id"
PACE = "x-call-pace"
PROMPT: Any = [{"role": "user", "content": "Say hello."}]
_SECONDS = 90.0
_LARGE = 1_200_000
_PIECES = 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--clients", type=int, help="how many calls at a time; default: all at once")
    parser.add_argument("--seconds", type=float, default=math.inf, help="when to begin no more")
    parser.add_argument("--pace", type=float, default=1.0, help="how slow the provider is; 0 is at once")
    parser.add_argument("--headers", type=int, default=0, help="further headers, x-more-0 and so on, of 250 characters")
    given = parser.parse_args()
    headers = {PACE: str(given.pace), **{f"x-more-{number}": "m" * 250 for number in range(given.headers)}}
    asyncio.run(_load(given, headers))


def answer(asked: Asked) -> list[Step]:
    """Return the upstream's answer to a call, under its id; it takes from 0.3 to 3 seconds, by the call's number, or
    as much of that as the call's pace says.

    A stream's end of message goes out 100 ms after its terminal event, or with it.
    """
    call_id = asked.headers[CALL_ID]
    number = int(call_id.rpartition("-")[2])
    seconds = float(asked.headers.get(PACE, 1)) * (0.3 + 2.7 * (number * 7 % 100) / 100)
    provider = "anthropic" if asked.target.endswith("/messages") else "openai"
    if json.loads(asked.body).get("stream"):
        events = openai_events(call_id) if provider == "openai" else anthropic_events(call_id)
        *steps, last, _, _, end = stream(events, pause=seconds / len(events))
        assert isinstance(last, bytes)
        assert isinstance(end, bytes)
        return [*steps, last, Pause(0.1), end] if number % 8 < 4 else [*steps, last + end]
    text = "x" * _LARGE if number % 25 == 2 else "Hello!"
    body = json.dumps(openai_body(call_id, text) if provider == "openai" else anthropic_body(call_id, text)).encode()
    if number % 10 == 3:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
        return [Pause(seconds), head + body, Close()]
    return [Pause(seconds), *plain(body)]


def openai_body(call_id: str, text: str = "Hello!") -> dict[str, Any]:
    """Return a chat completion."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
    return {**_openai_head(call_id, "chat.completion"), "choices": [choice], "usage": usage}


def openai_events(call_id: str) -> list[bytes]:
    """Return the events of a streamed chat completion, [DONE] included."""
    head = _openai_head(call_id, "chat.completion.chunk")
    deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": "Hello! "}, None)] * _PIECES
    deltas += [({}, "stop")]
    choices = [{"index": 0, "delta": delta, "finish_reason": reason} for delta, reason in deltas]
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
    chunks = [*({**head, "choices": [choice]} for choice in choices), {**head, "choices": [], "usage": usage}]
    return [*(b"data: %s\n\n" % json.dumps(chunk).encode() for chunk in chunks), b"data: [DONE]\n\n"]


def anthropic_body(call_id: str, text: str = "Hello!") -> dict[str, Any]:
    """Return a message."""
    message = _anthropic_head(call_id)
    return {**message, "content": [{"type": "text", "text": text}], "stop_reason": "end_turn"}


def anthropic_events(call_id: str) -> list[bytes]:
    """Return the events of a streamed message, message_stop included."""
    piece = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello! "}}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": _anthropic_head(call_id)},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *[piece] * _PIECES,
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 20},
        },
        {"type": "message_stop"},
    ]
    return [b"event: %s\ndata: %s\n\n" % (event["type"].encode(), json.dumps(event).encode()) for event in events]


def _openai_head(call_id: str, kind: str) -> dict[str, Any]:
    return {"id": call_id, "object": kind, "created": 1760000000, "model": "gpt-4o-2024-08-06"}


def _anthropic_head(call_id: str) -> dict[str, Any]:
    return {
        "id": call_id,
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5-20251001",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 1},
    }


async def _load(given: argparse.Namespace, headers: dict[str, str]) -> None:
    """Make calls: by both SDKs in turn, two streamed, two plain."""
    numbers = iter(range(given.calls))
    until = time.monotonic() + given.seconds
    async with (
        openai.AsyncOpenAI(api_key="sk-test", max_retries=0, timeout=_SECONDS) as openai_client,
        anthropic.AsyncAnthropic(api_key="sk-ant-test", max_retries=0, timeout=_SECONDS) as anthropic_client,
    ):
        makers: Any = (openai_client.chat.completions, anthropic_client.messages)

        async def client() -> None:
            for number in numbers:
                await _call(makers[number % 2], f"{given.prefix}-{number}", headers, is_streamed=number % 4 < 2)
                if time.monotonic() > until:
                    return

        await asyncio.gather(*(client() for _ in range(given.clients or given.calls)))


async def _call(maker: Any, call_id: str, headers: dict[str, str], *, is_streamed: bool) -> None:
    is_openai = isinstance(maker, openai.resources.chat.AsyncCompletions)
    model = "gpt-4o" if is_openai else "claude-haiku-4-5"
    asked = {"model": model, "max_tokens": 100, "messages": PROMPT}
    asked |= {"extra_headers": {**headers, CALL_ID: call_id}}
    try:
        if is_streamed:
            async for _ in await maker.create(**asked, stream=True):
                pass
        else:
            await maker.create(**asked)
    except (openai.OpenAIError, anthropic.AnthropicError, httpx2.HTTPError, json.JSONDecodeError):
        # The last: a body that ends with its connection is cut short without a sign of it.
        return
    # One write, at once: what the client knows must not wait in a buffer of ours.
    os.write(1, f"{call_id}\n".encode())


if __name__ == "__main__":
    main()
