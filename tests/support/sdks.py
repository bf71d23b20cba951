"""The official SDKs as clients, the answers of a provider to them, and the rows of these calls."""

import json
from typing import Any

import anthropic
import openai

SDKS: list[Any] = []
PROMPT: Any = [{"role": "user", "content": "Say hello."}]
OPENAI_USAGE = {
    "prompt_tokens": 1000,
    "completion_tokens": 200,
    "total_tokens": 1200,
    "prompt_tokens_details": {"cached_tokens": 800, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 50, "audio_tokens": 0},
}
# gpt-4o in USD per million tokens: 2.50 input, 1.25 cached, 10 output; so 2500, 1250 and 10000 nano-USD per token.
OPENAI_COST = 200 * 2500 + 800 * 1250 + 200 * 10000
ANTHROPIC_USAGE = {
    "input_tokens": 100,
    "cache_read_input_tokens": 5000,
    "cache_creation_input_tokens": 1000,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 1000},
    "output_tokens": 60,
    "service_tier": "standard",
}
# Claude Sonnet 4.5: 3 USD input, 0.30 cache read, 6 one-hour cache write, 15 output.
ANTHROPIC_COST = 100 * 3000 + 5000 * 300 + 1000 * 6000 + 60 * 15000


def openai_body(response_id: str) -> bytes:
    message = {"role": "assistant", "content": "Hello!"}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    body = {
        "id": response_id,
        "object": "chat.completion",
        "created": 1760000000,
        "model": "gpt-4o-2024-08-06",
        "choices": [choice],
        "usage": OPENAI_USAGE,
        "service_tier": "default",
    }
    return json.dumps(body).encode()


def openai_events(response_id: str) -> list[bytes]:
    head = {
        "id": response_id,
        "object": "chat.completion.chunk",
        "created": 1760000000,
        "model": "gpt-4o-2024-08-06",
        "service_tier": "default",
    }
    chunks: list[dict[str, Any]] = [
        {
            "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}],
            "usage": None,
        },
        {"choices": [{"index": 0, "delta": {"content": "Hel"}, "finish_reason": None}], "usage": None},
        {"choices": [{"index": 0, "delta": {"content": "lo!"}, "finish_reason": None}], "usage": None},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": None},
        {"choices": [], "usage": OPENAI_USAGE},
    ]
    return [b"data: " + json.dumps({**head, **chunk}).encode() + b"\n\n" for chunk in chunks] + [b"data: [DONE]\n\n"]


def anthropic_body(response_id: str) -> bytes:
    body = {
        "id": response_id,
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [{"type": "text", "text": "Hello!"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": ANTHROPIC_USAGE,
    }
    return json.dumps(body).encode()


def anthropic_events(response_id: str) -> list[bytes]:
    message = {**json.loads(anthropic_body(response_id)), "content": [], "stop_reason": None}
    message["usage"] = {**ANTHROPIC_USAGE, "output_tokens": 2}
    text = {"type": "text_delta", "text": "Hello!"}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": text},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 60},
        },
        {"type": "message_stop"},
    ]
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]


OPENAI_ROW = {
    "provider": "openai",
    "host": "api.openai.com",
    "dialect": "openai_chat",
    "operation": "chat",
    "model_requested": "gpt-4o",
    "model_returned": "gpt-4o-2024-08-06",
    "service_tier": "default",
    "status": 200,
    "outcome": "ok",
    "finish_reason": "stop",
    "input_tokens": 1000,
    "cache_read_tokens": 800,
    "cache_write_tokens": None,
    "output_tokens": 200,
    "reasoning_tokens": 50,
    "usage_source": "reported",
    "cost_nanousd": OPENAI_COST,
    "cost_status": "priced",
    "price_source": "genai-prices",
}
ANTHROPIC_ROW = {
    "provider": "anthropic",
    "host": "api.anthropic.com",
    "dialect": "anthropic_messages",
    "model_requested": "claude-sonnet-4-5",
    "model_returned": "claude-sonnet-4-5-20250929",
    "status": 200,
    "outcome": "ok",
    "finish_reason": "end_turn",
    "input_tokens": 6100,
    "cache_read_tokens": 5000,
    "cache_write_tokens": 1000,
    "cache_write_1h_tokens": 1000,
    "output_tokens": 60,
    "reasoning_tokens": None,
    "cost_nanousd": ANTHROPIC_COST,
    "cost_status": "priced",
}


def ask_openai(**options: Any) -> Any:
    SDKS.append(sdk := openai.OpenAI(api_key="sk-test", max_retries=0))
    return sdk.chat.completions.create(**{"model": "gpt-4o", "messages": PROMPT, **options})


def ask_anthropic(**options: Any) -> Any:
    SDKS.append(sdk := anthropic.Anthropic(api_key="sk-test", max_retries=0))
    return sdk.messages.create(model="claude-sonnet-4-5", max_tokens=100, messages=PROMPT, **options)


def streamed_text(chunks: Any) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
