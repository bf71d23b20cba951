"""Calls that every cost tracker should get right, with their costs, computed by hand.

Money is in nano-USD: 2.50 USD per million tokens are 2,500 for one.
"""

import json
from collections.abc import Callable
from typing import Any

from tests.support.upstream import Asked, Step, stream

OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com/v1/messages"
# Speaks like OpenAI, and is not known to count when asked.
DEEPSEEK = "https://api.deepseek.com/chat/completions"
OPENROUTER = "https://openrouter.ai/api/v1/chat/completions"
PROMPT = [{"role": "user", "content": "Where does the river rise, and how long is it?"}]
CHAT = {"model": "gpt-4o", "messages": PROMPT}
CHAT_USAGE = {
    "prompt_tokens": 1000,
    "completion_tokens": 200,
    "total_tokens": 1200,
    "prompt_tokens_details": {"cached_tokens": 800, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 50, "audio_tokens": 0},
}
# gpt-4o: 2.50 input, 1.25 cached, 10 output. 200 of the 1,000 are not cached; the 50 of reasoning lie in the 200.
CHAT_COST = 200 * 2_500 + 800 * 1_250 + 200 * 10_000
SONNET = {"model": "claude-sonnet-4-5", "max_tokens": 1000, "stream": True, "messages": PROMPT}
SONNET_USAGE = {
    "input_tokens": 100,
    "cache_read_input_tokens": 5000,
    "cache_creation_input_tokens": 1000,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 1000},
    "service_tier": "standard",
}
# Sonnet 4.5: 3 input, 0.30 cache read, 6 for an hour in the cache, 15 output.
SONNET_INPUT_COST = 100 * 3_000 + 5000 * 300 + 1000 * 6_000
# 10 USD per thousand searches.
SEARCH = 10_000_000
Rows = Callable[[str], dict[str, Any]]


def as_events(*bodies: dict[str, Any], is_named: bool = False) -> list[bytes]:
    heads = (f"event: {body['type']}\n" if is_named else "" for body in bodies)
    return [f"{head}data: {json.dumps(body)}\n\n".encode() for head, body in zip(heads, bodies, strict=True)]


def chat_stream(asked: Asked) -> list[Step]:
    """Return a stream that counts if it is asked to."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "gpt-4o-2024-08-06"}
    deltas = ({"role": "assistant", "content": ""}, {"content": "In the hills, "}, {"content": "for 62 miles."})
    chunks: list[dict[str, Any]] = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    chunks.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    options = json.loads(asked.body).get("stream_options") or {}
    if options.get("include_usage"):
        chunks.append({**head, "choices": [], "usage": CHAT_USAGE})
    return stream([*as_events(*chunks), b"data: [DONE]\n\n"])


def claude_stream() -> list[bytes]:
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [],
        "stop_reason": None,
        "usage": {**SONNET_USAGE, "output_tokens": 2},
    }
    words = ("The river rises in the hills above the town ", "and is sixty-two miles long, ", "give or take. ") * 8
    deltas = ({"type": "text_delta", "text": text} for text in words)
    usage = {**SONNET_USAGE, "output_tokens": 300, "server_tool_use": {"web_search_requests": 2}}
    return as_events(
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage},
        {"type": "message_stop"},
        is_named=True,
    )


def money(row: dict[str, Any]) -> tuple[int | None, str, list[str] | None]:
    return row["cost_nanousd"], row["cost_status"], row["cost_reasons"]
