"""A JSON call through the add-on's hooks, without sockets."""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mitmproxy import http

from tests.support.flows import Worker, answered, flow_of


class JsonCall(NamedTuple):
    """A request and its answer."""

    name: str
    url: str
    body: bytes
    answer: bytes
    headers: dict[str, str]
    answer_headers: dict[str, str]


_ASKED_BY = {
    "host": "api.openai.com",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "accept": "application/json",
    "content-type": "application/json",
    "user-agent": "OpenAI/Python 1.99.1",
    "x-stainless-lang": "python",
    "x-stainless-package-version": "1.99.1",
    "x-stainless-os": "Linux",
    "x-stainless-arch": "x64",
    "x-stainless-runtime": "CPython",
    "x-stainless-runtime-version": "3.12.1",
    "x-stainless-async": "false",
    "x-stainless-retry-count": "0",
    "authorization": "Bearer sk-proj-0123456789abcdefghijklmnop",
}
_ANSWERED_WITH = {
    "date": "Mon, 30 Nov 2026 17:00:00 GMT",
    "content-type": "application/json",
    "openai-organization": "made-up",
    "openai-processing-ms": "512",
    "openai-version": "2020-10-01",
    "x-ratelimit-limit-requests": "10000",
    "x-ratelimit-limit-tokens": "30000000",
    "x-ratelimit-remaining-requests": "9999",
    "x-ratelimit-remaining-tokens": "29999000",
    "x-ratelimit-reset-requests": "6ms",
    "x-ratelimit-reset-tokens": "2ms",
    "x-request-id": "req_0123456789abcdef",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "cf-cache-status": "DYNAMIC",
    "server": "cloudflare",
    "cf-ray": "0123456789abcdef-FRA",
    "alt-svc": 'h3=":443"; ma=86400',
}


def _chat(size: int) -> bytes:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "x" * size}]
    return json.dumps({"model": "gpt-4o", "temperature": 0.3, "max_tokens": 400, "messages": messages}).encode()


def _messages() -> bytes:
    asked = {"role": "user", "content": [{"type": "text", "text": "x" * 300}]}
    return json.dumps({"model": "claude-sonnet-4-5", "max_tokens": 400, "messages": [asked]}).encode()


_CHAT_ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1764000000,
        "model": "gpt-4o-2024-08-06",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "x" * 600, "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 900,
            "completion_tokens": 100,
            "total_tokens": 1000,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
        "service_tier": "default",
        "system_fingerprint": "fp_1",
    }
).encode()
_CLAUDE_ANSWER = json.dumps(
    {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [{"type": "text", "text": "x" * 600}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 900,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "output_tokens": 100,
            "service_tier": "standard",
        },
    }
).encode()
_CHAT_URL = "https://api.openai.com/v1/chat/completions"
_KEY = {"authorization": "", "x-api-key": "sk-ant-api03-0123456789abcdefghij", "anthropic-version": "2023-06-01"}

JSON_CALLS: Sequence[JsonCall] = (
    JsonCall("JSON, openai_chat", _CHAT_URL, _chat(300), _CHAT_ANSWER, _ASKED_BY, _ANSWERED_WITH),
    JsonCall(
        "JSON, anthropic_messages",
        "https://api.anthropic.com/v1/messages",
        _messages(),
        _CLAUDE_ANSWER,
        {name: value for name, value in (_ASKED_BY | _KEY).items() if value},
        _ANSWERED_WITH,
    ),
    JsonCall("request of 100 KB", _CHAT_URL, _chat(100_000), _CHAT_ANSWER, _ASKED_BY, _ANSWERED_WITH),
    JsonCall("request of 2 MB", _CHAT_URL, _chat(2_000_000), _CHAT_ANSWER, _ASKED_BY, _ANSWERED_WITH),
)


def seconds_of_hooks(call: JsonCall, calls: int, folder: Path) -> float:
    """Return the CPU seconds that the add-on's hooks take for as many `calls`."""
    return asyncio.run(_seconds(call, calls, folder))


async def played(worker: Worker, call: JsonCall, calls: int) -> None:
    """Play as many `calls` through the hooks of `worker`."""
    await _played(worker, _flows(call, calls))


async def _seconds(call: JsonCall, calls: int, folder: Path) -> float:
    with Worker(folder / "home") as worker:
        # The first ones fill the caches.
        await _played(worker, _flows(call, 3))
        flows = _flows(call, calls)
        started = time.thread_time()
        await _played(worker, flows)
        spent = time.thread_time() - started
        readings = worker.readings()
    assert len(readings) == calls + 3
    assert all(one.usage.output_tokens == 100 for one in readings)
    return spent


def _flows(call: JsonCall, number: int) -> list[tuple[http.HTTPFlow, http.Response]]:
    flows = []
    for _ in range(number):
        flow = flow_of(call.url, call.body, call.headers)
        flow.request.headers["content-length"] = str(len(call.body))
        answer = answered(flow, call.answer, headers=call.answer_headers)
        answer.headers["content-length"] = str(len(call.answer))
        flow.response = None
        flows.append((flow, answer))
    return flows


async def _played(worker: Worker, flows: list[tuple[http.HTTPFlow, http.Response]]) -> None:
    sidecar = worker.sidecar
    for flow, answer in flows:
        sidecar.requestheaders(flow)
        sidecar.request(flow)
        flow.response = answer
        sidecar.responseheaders(flow)
        pending = sidecar.response(flow)
        if pending is not None:
            await pending
