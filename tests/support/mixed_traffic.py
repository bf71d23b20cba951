"""Calls of several users to several providers, of every kind that a board tells apart, by a header."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.true_costs import (
    ANTHROPIC,
    CHAT_USAGE,
    DEEPSEEK,
    OPENAI,
    OPENROUTER,
    PROMPT,
    SONNET,
    as_events,
    claude_stream,
)
from tests.support.upstream import Asked, Pause, Reset, Step, plain, stream

CASE = "x-test-case"
CHAT = f"{OPENAI}/chat/completions"
GROQ = "https://api.groq.com/openai/v1/chat/completions"
# Nobody listens at this one: see `closed` in the sidecar's arguments.
MISTRAL = "https://api.mistral.ai/v1/chat/completions"
LIMITS = (
    "x-ratelimit-limit-requests: 500\r\nx-ratelimit-remaining-requests: 40\r\n"
    "x-ratelimit-limit-tokens: 30000\r\nx-ratelimit-remaining-tokens: 29000\r\n"
)


@dataclass(frozen=True)
class Sent:
    """One call: `case` is the answer that it gets."""

    case: str
    url: str = CHAT
    body: dict[str, Any] = field(default_factory=dict)
    user: str = ""
    team: str = ""
    conversation: str = ""

    @property
    def headers(self) -> dict[str, str]:
        own = {"user": self.user, "team": self.team, "conversation": self.conversation}
        return {CASE: self.case, **{f"x-farebox-{name}": value for name, value in own.items() if value}}

    @property
    def json(self) -> dict[str, Any]:
        return {"model": "gpt-4o", "messages": PROMPT, **self.body}


def calls() -> Iterator[Sent]:
    """Yield the calls in their order."""
    for turn in range(3):
        yield Sent("plain", user="ada", team="river", conversation="c-1", body={"seed": turn, "temperature": 0})
        yield Sent("stream", user="ben", team="river", conversation="c-2", body={"stream": True, "seed": turn})
        yield Sent("claude", ANTHROPIC, SONNET, user="cem", team="mill", conversation="c-3")
    yield Sent("title", body={"model": "gpt-5-mini"}, user="ada", team="river", conversation="c-1")
    yield Sent("rate", body={"seed": 7}, user="ben", team="river")
    yield Sent("plain", body={"seed": 7}, user="ben", team="river")
    yield Sent("key", user="dee")
    yield Sent("parameter", body={"frequency_penalty": 0.5}, user="dee")
    yield Sent("down", user="ada", team="river")
    yield Sent("cut", body={"stream": True}, user="ben", team="river")
    yield Sent("abort", ANTHROPIC, SONNET, user="cem", team="mill")
    yield Sent("reported", OPENROUTER, {"model": "openai/gpt-4o"}, user="cem", team="mill")
    yield Sent("silent", DEEPSEEK, {"model": "deepseek-chat", "stream": True})
    yield Sent("away", MISTRAL, {"model": "mistral-small-latest"}, user="ada", team="river")
    for turn in range(6):
        yield Sent("unknown", GROQ, {"model": "house-blend-7b", "seed": turn}, user="ben", team="river")


def play(client: httpx2.Client) -> int:
    """Make every call and return their number."""
    sent = list(calls())
    for call in sent:
        try:
            with client.stream("POST", call.url, json=call.json, headers=call.headers) as answer:
                for _ in answer.iter_raw():
                    if call.case == "abort":
                        break
        except httpx2.HTTPError:
            assert call.case in {"cut", "away"}, call
    return len(sent)


def answer(asked: Asked) -> list[Step]:
    """Return the upstream's answer to a call of `calls`."""
    case = asked.headers[CASE]
    model = json.loads(asked.body)["model"]
    refused = _REFUSALS.get(case)
    if refused:
        status, error = refused
        return plain(json.dumps({"error": error}).encode(), status=status)
    if case == "claude":
        return stream(claude_stream())
    if case == "abort":
        return stream(claude_stream(), pause=0.2)
    if case in {"stream", "silent", "cut"}:
        return _chat(asked, case, model)
    usage = {**CHAT_USAGE, **({"cost": 0.0123456789} if case == "reported" else {})}
    choice = {"index": 0, "message": {"role": "assistant", "content": "In the hills."}, "finish_reason": "stop"}
    body = {"id": "chatcmpl-2", "object": "chat.completion", "model": model, "choices": [choice], "usage": usage}
    return plain(json.dumps(body).encode(), headers=LIMITS)


_REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "rate": ("429 Too Many Requests", {"type": "requests", "code": "rate_limit_exceeded", "message": "Slow down."}),
    "key": ("401 Unauthorized", {"type": "invalid_request_error", "code": "invalid_api_key", "message": "Key."}),
    "parameter": (
        "400 Bad Request",
        {"type": "invalid_request_error", "param": "frequency_penalty", "message": "Not supported."},
    ),
    "down": ("503 Service Unavailable", {"type": "server_error", "message": "Later."}),
}


def _chat(asked: Asked, case: str, model: str) -> list[Step]:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": model}
    deltas: list[tuple[Any, str | None]] = [({"content": "In the hills, "}, None), ({"content": "for 62 miles."}, None)]
    chunks: list[dict[str, Any]] = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        for delta, finish in [*deltas, ({}, "stop")]
    ]
    if case == "cut":
        return [*stream(as_events(*chunks[:2]))[:-2], Pause(0.1), Reset()]
    if case == "stream" and (json.loads(asked.body).get("stream_options") or {}).get("include_usage"):
        chunks.append({**head, "choices": [], "usage": CHAT_USAGE})
    return stream([*as_events(*chunks), b"data: [DONE]\n\n"])
