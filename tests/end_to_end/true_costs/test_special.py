"""Calls with searches, a refusal, an abort, an unknown model or a stated cost have their true cost."""

import json
import threading

import httpx2
import pytest

from tests.support.commands import farebox
from tests.support.sidecar import Sidecar
from tests.support.true_costs import (
    ANTHROPIC,
    CHAT,
    CHAT_COST,
    CHAT_USAGE,
    OPENAI,
    OPENROUTER,
    SEARCH,
    SONNET,
    SONNET_INPUT_COST,
    Rows,
    claude_stream,
    money,
)
from tests.support.upstream import Until, Upstream, plain, stream


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
    running.wait_for_metric(f"farebox_calls_total{{{labels}}}", 1)


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
    running.wait_for_metric('farebox_unpriced_calls_total{model="gpt-99-future",provider="openai"}', 1)
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
