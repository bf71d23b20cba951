"""The providers behind LibreChat's calls: each answers in its own API, always with the same usage."""

import json
from typing import Any

from tests.support.answers import event
from tests.support.eventstreams import message
from tests.support.upstream import HOSTS, Asked, Pause, Step, plain, stream

# 21 tokens in, 8 of them from the cache; 13 out.
INPUT, CACHED, OUTPUT = 21, 8, 13
PROVIDERS = (
    *(host for host in HOSTS if host != "127.0.0.1"),
    *("api.mistral.ai", "api.groq.com", "api.x.ai", "api.fireworks.ai", "bedrock-runtime.us-east-1.amazonaws.com"),
)
_OPENAI = {
    "prompt_tokens": INPUT,
    "completion_tokens": OUTPUT,
    "total_tokens": INPUT + OUTPUT,
    "prompt_tokens_details": {"cached_tokens": CACHED},
}
_ANTHROPIC = {
    "input_tokens": INPUT - CACHED,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": CACHED,
    "output_tokens": OUTPUT,
}
_GEMINI = {
    "promptTokenCount": INPUT,
    "cachedContentTokenCount": CACHED,
    "candidatesTokenCount": OUTPUT,
    "totalTokenCount": INPUT + OUTPUT,
}
_BEDROCK = {
    "inputTokens": INPUT - CACHED,
    "cacheReadInputTokens": CACHED,
    "cacheWriteInputTokens": 0,
    "outputTokens": OUTPUT,
    "totalTokens": INPUT + OUTPUT,
}


class Answers:
    """Answers in the API that a request is for; models named `-429` get an answer at the third attempt."""

    def __init__(self) -> None:
        self._limited = 0

    def __call__(self, asked: Asked) -> list[Step]:
        if b'-429"' in asked.body and self._limited < 2:
            self._limited += 1
            error = b'{"error": {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}}'
            # Without this header, LangChain doesn't try again.
            return plain(error, status="429 Too Many Requests", headers="retry-after: 1\r\n")
        return _answer(asked)


def _answer(asked: Asked) -> list[Step]:
    if "/converse" in asked.target:
        return _bedrock(is_stream=asked.target.endswith("-stream"))
    if "generateContent" in asked.target or "GenerateContent" in asked.target:
        return _gemini(is_stream="stream" in asked.target)
    body = json.loads(asked.body)
    if asked.target.endswith("/messages"):
        return _anthropic(body)
    return _openai(body)


def _openai(body: dict[str, Any]) -> list[Step]:
    model = str(body["model"])
    if model.endswith("-401"):
        return plain(b'{"error": {"message": "no", "code": "invalid_api_key"}}', status="401 Unauthorized")
    meta = {"id": "chatcmpl-1", "created": 1_763_800_000, "model": model}
    said = _said(body)
    finish = "tool_calls" if "tool_calls" in said else "stop"
    if not body.get("stream"):
        choice = {"index": 0, "message": {"role": "assistant", **said}, "finish_reason": finish}
        return plain(json.dumps({**meta, "object": "chat.completion", "choices": [choice], "usage": _OPENAI}).encode())
    meta["object"] = "chat.completion.chunk"
    deltas = [{"role": "assistant", "content": ""}, said]
    pieces = [event(**meta, choices=[{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
    if model.endswith("-slow"):
        return [*stream(pieces)[:-2], Pause(20)]
    pieces.append(event(**meta, choices=[{"index": 0, "delta": {}, "finish_reason": finish}]))
    pieces.append(event(**meta, choices=[], usage=_OPENAI))
    return stream([*pieces, b"data: [DONE]\n\n"])


def _said(body: dict[str, Any]) -> dict[str, Any]:
    """Return an assistant's message: the first tool is called once, then comes a text."""
    tools = body.get("tools")
    if not tools or any(said["role"] == "tool" for said in body["messages"]):
        return {"content": "Paris Is Capital"}
    function = tools[0]["function"]
    values = dict.fromkeys(function["parameters"].get("required", ()), "value")
    if "subagent_type" in values:
        values["subagent_type"] = "researcher"
    arguments = json.dumps(values)
    call = {
        "index": 0,
        "id": "call_1",
        "type": "function",
        "function": {"name": function["name"], "arguments": arguments},
    }
    return {"content": "", "tool_calls": [call]}


def _anthropic(body: dict[str, Any]) -> list[Step]:
    text = {"type": "text", "text": "Paris Is Capital"}
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"], "stop_sequence": None}
    if not body.get("stream"):
        return plain(json.dumps({**whole, "content": [text], "stop_reason": "end_turn", "usage": _ANTHROPIC}).encode())
    started = {**whole, "content": [], "stop_reason": None, "usage": {**_ANTHROPIC, "output_tokens": 1}}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": started},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text["text"]}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": _ANTHROPIC},
        {"type": "message_stop"},
    ]
    return stream([f"event: {one['type']}\n".encode() + event(**one) for one in events])


def _gemini(*, is_stream: bool) -> list[Step]:
    content = {"role": "model", "parts": [{"text": "Paris Is Capital"}]}
    body = {
        "candidates": [{"content": content, "index": 0, "finishReason": "STOP"}],
        "usageMetadata": _GEMINI,
        "modelVersion": "gemini-2.5-flash",
        "responseId": "r-1",
    }
    return stream([event(**body)]) if is_stream else plain(json.dumps(body).encode())


def _bedrock(*, is_stream: bool) -> list[Step]:
    text = {"text": "Paris Is Capital"}
    if not is_stream:
        body = {"output": {"message": {"role": "assistant", "content": [text]}}, "stopReason": "end_turn"}
        return plain(json.dumps({**body, "usage": _BEDROCK, "metrics": {"latencyMs": 42}}).encode())
    events = {
        "messageStart": {"role": "assistant"},
        "contentBlockDelta": {"contentBlockIndex": 0, "delta": text},
        "contentBlockStop": {"contentBlockIndex": 0},
        "messageStop": {"stopReason": "end_turn"},
        "metadata": {"usage": _BEDROCK, "metrics": {"latencyMs": 42}},
    }
    kinds = {":message-type": "event", ":content-type": "application/json"}
    frames = [message({":event-type": name, **kinds}, json.dumps(body).encode()) for name, body in events.items()]
    head, *rest = stream(frames)
    assert isinstance(head, bytes)
    return [head.replace(b"text/event-stream", b"application/vnd.amazon.eventstream"), *rest]
