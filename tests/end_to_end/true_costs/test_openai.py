"""Calls to OpenAI, and to hosts that imitate it, have their true cost."""

import json

import httpx2

from tests.support.true_costs import (
    CHAT,
    CHAT_COST,
    DEEPSEEK,
    OPENAI,
    SEARCH,
    Rows,
    as_events,
    chat_stream,
    money,
)
from tests.support.upstream import Upstream, plain, stream


def test_a_stream_with_cached_input_and_reasoning(provider: Upstream, client: httpx2.Client, row_of: Rows) -> None:
    provider.answer = chat_stream

    client.post(
        f"{OPENAI}/chat/completions",
        json={**CHAT, "model": "gpt-4o-2024-08-06", "stream": True, "stream_options": {"include_usage": True}},
    )

    assert money(row_of("gpt-4o-2024-08-06")) == (3_500_000, "priced", None)
    assert CHAT_COST == 3_500_000


def test_b_stream_whose_client_does_not_ask_for_usage(provider: Upstream, client: httpx2.Client, row_of: Rows) -> None:
    provider.answer = chat_stream

    answer = client.post(f"{OPENAI}/chat/completions", json={**CHAT, "stream": True})

    assert b"usage" not in answer.content
    assert money(row_of("gpt-4o")) == (3_500_000, "priced", None)


def test_b_stream_of_a_host_that_is_not_asked_is_an_estimate(
    provider: Upstream, client: httpx2.Client, row_of: Rows
) -> None:
    provider.answer = chat_stream

    client.post(DEEPSEEK, json={**CHAT, "model": "deepseek-chat", "stream": True})

    row = row_of("deepseek-chat")
    assert (row["usage_source"], row["cost_status"], row["cost_reasons"]) == ("estimated", "estimated", ["no_usage"])
    low, high = row["estimate"]["cost_nanousd"]
    assert low <= row["cost_nanousd"] <= high


def test_c_plain_answer_served_at_the_flex_tier(provider: Upstream, client: httpx2.Client, row_of: Rows) -> None:
    usage = {"prompt_tokens": 1000, "prompt_tokens_details": {"cached_tokens": 400}, "completion_tokens": 300}
    choice = {"index": 0, "message": {"role": "assistant", "content": "In the hills."}, "finish_reason": "stop"}
    body = {"id": "chatcmpl-2", "model": "gpt-5-2025-08-07", "choices": [choice], "usage": usage}
    provider.answer = lambda _asked: plain(json.dumps({**body, "service_tier": "flex"}).encode())

    client.post(f"{OPENAI}/chat/completions", json={**CHAT, "model": "gpt-5", "service_tier": "auto"})

    row = row_of("gpt-5")
    # gpt-5: 1.25 input, 0.125 cached, 10 output.
    standard = 600 * 1_250 + 400 * 125 + 300 * 10_000
    assert row["service_tier"] == "flex"
    assert money(row) == (standard // 2, "priced", None)
    assert standard == 3_800_000


def test_f_response_with_cached_input_and_searches(provider: Upstream, client: httpx2.Client, row_of: Rows) -> None:
    response = {"id": "resp_1", "object": "response", "model": "gpt-5-mini-2025-08-07", "service_tier": "default"}
    search = {"type": "web_search_call", "status": "completed", "action": {"type": "search"}}
    usage = {"input_tokens": 2000, "input_tokens_details": {"cached_tokens": 1500}, "total_tokens": 2400}
    usage |= {"output_tokens": 400, "output_tokens_details": {"reasoning_tokens": 100}}
    message = {"type": "message", "content": [{"type": "output_text", "text": "In the hills."}]}
    items = [{**search, "id": "ws_1"}, {**search, "id": "ws_2"}, message]
    events = as_events(
        {"type": "response.created", "response": {**response, "status": "in_progress", "output": [], "usage": None}},
        *({"type": "response.output_item.done", "item": item} for item in items),
        {"type": "response.output_text.delta", "delta": "In the hills."},
        {
            "type": "response.completed",
            "response": {**response, "status": "completed", "output": items, "usage": usage},
        },
        is_named=True,
    )
    provider.answer = lambda _asked: stream(events)
    tools = [{"type": "web_search", "search_context_size": "medium"}]

    client.post(f"{OPENAI}/responses", json={"model": "gpt-5-mini", "stream": True, "input": "Where?", "tools": tools})

    row = row_of("gpt-5-mini")
    # gpt-5-mini: 0.25 input, 0.025 cached, 2 output.
    tokens = 500 * 250 + 1500 * 25 + 400 * 2_000
    assert money(row) == (tokens + 2 * SEARCH, "priced", None)
    assert tokens == 962_500
    assert row["units"] == {"web_search_requests": 2}


def test_h_embedding_costs_less_than_a_millionth_and_not_nothing(
    provider: Upstream, client: httpx2.Client, row_of: Rows
) -> None:
    vector = {"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}
    body = {"object": "list", "data": [vector], "model": "text-embedding-3-small"}
    usage = {"prompt_tokens": 8, "total_tokens": 8}
    provider.answer = lambda _asked: plain(json.dumps({**body, "usage": usage}).encode())

    client.post(f"{OPENAI}/embeddings", json={"model": "text-embedding-3-small", "input": "Where does it rise?"})

    # 0.02 USD per million: 20 for one, 8 of them are 0.00000016 USD.
    assert money(row_of("text-embedding-3-small")) == (8 * 20, "priced", None)
