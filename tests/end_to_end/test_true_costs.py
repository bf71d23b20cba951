"""Ten calls that every cost tracker should get right, through the whole sidecar; each at its cost, computed by hand.

Money is in nano-USD: what costs 2.50 USD per million tokens costs 2,500 for one.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx2
import pytest

from tests.support.commands import farebox
from tests.support.sidecar import REDIRECT, Sidecar
from tests.support.upstream import Asked, Step, Until, Upstream, plain, stream

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
SEARCH = 10_000_000  # 10 USD per thousand searches
Rows = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def provider() -> Iterator[Upstream]:
    with Upstream(lambda _asked: plain(b"{}")) as running:
        yield running


@pytest.fixture(scope="module")
def running(provider: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    folder = tmp_path_factory.mktemp("true-costs")
    provider.authority.cert_pem.write_to_path(str(folder / "upstream.pem"))
    trust = f"ssl_verify_upstream_trusted_ca={folder / 'upstream.pem'}"
    sets = ("--set", f"upstream_port={provider.port}", "--set", trust)
    with Sidecar(folder / "home", "--script", str(REDIRECT), *sets) as sidecar:
        yield sidecar


@pytest.fixture(scope="module")
def client(running: Sidecar) -> Iterator[httpx2.Client]:
    with httpx2.Client(proxy=running.proxy, verify=ssl.create_default_context(cafile=running.ca)) as http:
        yield http


@pytest.fixture
def row_of(running: Sidecar) -> Rows:
    """Wait for the one row that `model_requested` names."""
    return partial(running.row, "model_requested")


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
    told = {**SONNET_USAGE, "output_tokens": 300, "server_tool_use": {"web_search_requests": 2}}
    return as_events(
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": told},
        {"type": "message_stop"},
        is_named=True,
    )


def money(row: dict[str, Any]) -> tuple[int | None, str, list[str] | None]:
    return row["cost_nanousd"], row["cost_status"], row["cost_reasons"]


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


def test_d_stream_with_an_hour_of_cache_and_searches(provider: Upstream, client: httpx2.Client, row_of: Rows) -> None:
    provider.answer = lambda _asked: stream(claude_stream())

    client.post(ANTHROPIC, json=SONNET)

    assert money(row_of("claude-sonnet-4-5")) == (12_300_000 + 20_000_000, "priced", None)
    assert SONNET_INPUT_COST + 300 * 15_000 + 2 * SEARCH == 32_300_000


def test_e_stream_that_the_client_aborts(provider: Upstream, client: httpx2.Client, row_of: Rows) -> None:
    gone = threading.Event()
    steps = stream(claude_stream())
    provider.answer = lambda _asked: [*steps[:-6], Until(gone), *steps[-6:]]

    with client.stream("POST", ANTHROPIC, json={**SONNET, "model": "claude-sonnet-4-5-20250929"}) as answer:
        for line in answer.iter_lines():
            if "give or take" in line:
                break
    row = row_of("claude-sonnet-4-5-20250929")
    gone.set()

    assert (row["outcome"], row["usage_source"]) == ("client_abort", "estimated")
    assert (row["cost_status"], row["cost_reasons"]) == ("estimated", ["incomplete_answer"])
    # What was read is known, and billed in full; what was written is not, and is no more than the band says.
    assert (row["input_tokens"], row["cache_read_tokens"], row["cache_write_1h_tokens"]) == (6100, 5000, 1000)
    assert list(row["estimate"]) == ["output_tokens", "cost_nanousd"]
    assert row["cost_nanousd"] == SONNET_INPUT_COST + row["output_tokens"] * 15_000
    low, high = row["estimate"]["output_tokens"]
    assert 2 < low <= row["output_tokens"] <= high
    assert row["estimate"]["cost_nanousd"] == [SONNET_INPUT_COST + end * 15_000 for end in (low, high)]


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


def test_g_refusal_is_counted_and_costs_nothing(
    provider: Upstream, client: httpx2.Client, running: Sidecar, row_of: Rows
) -> None:
    error = {"message": "Rate limit reached", "type": "requests", "param": None, "code": "rate_limit_exceeded"}
    body = json.dumps({"error": error}).encode()
    provider.answer = lambda _asked: plain(body, status="429 Too Many Requests", headers="retry-after: 1\r\n")

    client.post(f"{OPENAI}/chat/completions", json={**CHAT, "model": "gpt-4o-mini"})

    row = row_of("gpt-4o-mini")
    assert (row["status"], row["outcome"], row["error_code"]) == (429, "http_error", "rate_limit_exceeded")
    assert money(row) == (None, "none", None)
    labels = 'model="gpt-4o-mini",operation="chat",outcome="http_error",provider="openai",status="429"'
    assert running.metrics()[f"farebox_calls_total{{{labels}}}"] == 1


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


def test_i_unknown_model_has_no_cost_and_is_counted(
    provider: Upstream,
    client: httpx2.Client,
    running: Sidecar,
    row_of: Rows,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "In the hills."}, "finish_reason": "stop"}
    body = {"id": "chatcmpl-3", "model": "gpt-99-future", "choices": [choice], "usage": CHAT_USAGE}
    provider.answer = lambda _asked: plain(json.dumps(body).encode())

    client.post(f"{OPENAI}/chat/completions", json={**CHAT, "model": "gpt-99-future"})

    assert money(row_of("gpt-99-future")) == (None, "unpriced", ["unknown_model"])
    assert running.metrics()['farebox_unpriced_calls_total{model="gpt-99-future",provider="openai"}'] == 1
    printed = farebox(capfd, monkeypatch, "report", "--format", "json", home=running.home).out
    [line] = [one for one in json.loads(printed)["rows"] if one["model"] == "gpt-99-future"]
    assert (line["calls"], line["unpriced"], line["cost_nanousd"]) == (1, 1, None)


def test_j_cost_that_the_answer_states_is_the_cost(provider: Upstream, client: httpx2.Client, row_of: Rows) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "In the hills."}, "finish_reason": "stop"}
    body = {"id": "gen-1", "model": "openai/gpt-4o", "provider": "OpenAI", "choices": [choice]}
    usage = {**CHAT_USAGE, "cost": 0.00412, "cost_details": {"upstream_inference_cost": None}, "is_byok": False}
    provider.answer = lambda _asked: plain(json.dumps({**body, "usage": usage}).encode())

    client.post(OPENROUTER, json={**CHAT, "model": "openai/gpt-4o"})

    row = row_of("openai/gpt-4o")
    assert money(row) == (4_120_000, "reported", ["usage.cost"])
    assert row["price_source"] == "reported"
    # OpenRouter lists gpt-4o at OpenAI's price.
    assert row["catalogue_cost_nanousd"] == CHAT_COST
