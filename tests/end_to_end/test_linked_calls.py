"""Calls that are not one request, through the whole sidecar with OpenAI's SDK as the client."""

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import openai

from tests.support.sidecar import REDIRECT, Sidecar
from tests.support.upstream import Asked, Step, Upstream, plain

USAGE = {
    "input_tokens": 81,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 1035,
    "output_tokens_details": {"reasoning_tokens": 832},
    "total_tokens": 1116,
}


class Background:
    """Serves one response in the background, which is complete at the third poll."""

    def __init__(self) -> None:
        self.polls = 0

    def __call__(self, asked: Asked) -> list[Step]:
        self.polls += asked.method == "GET"
        has_ended = self.polls > 2
        body = {
            "id": "resp_1",
            "object": "response",
            "created_at": 1760000000,
            "background": True,
            "status": "completed" if has_ended else "queued" if asked.method == "POST" else "in_progress",
            "model": "o3-2025-04-16",
            "output": [],
            "usage": USAGE if has_ended else None,
        }
        return plain(json.dumps(body).encode())


@contextmanager
def sidecar(upstream: Upstream, folder: Path) -> Iterator[tuple[Sidecar, openai.OpenAI]]:
    upstream.authority.cert_pem.write_to_path(str(folder / "upstream.pem"))
    trusted = f"ssl_verify_upstream_trusted_ca={folder}/upstream.pem"
    sets = ("--set", f"upstream_port={upstream.port}", "--set", trusted)
    with Sidecar(folder / "home", "--script", str(REDIRECT), *sets) as running:
        trust = ssl.create_default_context(cafile=running.ca)
        with httpx2.Client(proxy=running.proxy, verify=trust) as http:
            yield running, openai.OpenAI(api_key="sk-made", http_client=http)


def test_a_response_in_the_background_is_one_row_with_its_tokens_once(upstream: Upstream, tmp_path: Path) -> None:
    upstream.answer = Background()

    with sidecar(upstream, tmp_path) as (running, client):
        response = client.responses.create(model="o3", input="Hello", background=True)
        statuses = [client.responses.retrieve(response.id).status for _ in range(5)]
        row = until_told(running)
        output = 'farebox_tokens_total{kind="output",model="o3-2025-04-16",provider="openai"}'
        metrics = running.wait_for_metric(output, 1035)

    assert statuses == ["in_progress", "in_progress", *["completed"] * 3]
    assert (row["input_tokens"], row["output_tokens"], row["reasoning_tokens"]) == (81, 1035, 832)
    assert (row["finish_reason"], row["usage_source"], row["cost_status"]) == ("completed", "reported", "priced")
    assert (row["model_requested"], row["model_returned"]) == ("o3", "o3-2025-04-16")
    assert sum(value for name, value in metrics.items() if name.startswith("farebox_calls_total")) == 1


def test_retries_are_numbered(upstream: Upstream, tmp_path: Path) -> None:
    answers = iter([plain(b"{}", status="503 Service Unavailable")] * 2)
    done = {"id": "chatcmpl-1", "model": "gpt-4o", "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}
    upstream.answer = lambda _asked: next(answers, plain(json.dumps(done).encode()))

    with sidecar(upstream, tmp_path) as (running, client):
        patient = client.with_options(max_retries=1)
        for _ in range(2):
            try:
                patient.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello"}])
            except openai.InternalServerError:
                continue
        rows = running.rows(3)

    attempts = sorted((row["started_at"], row["status"], row["attempt"], row["request_hash"]) for row in rows)
    assert [(status, attempt) for _, status, attempt, _ in attempts] == [(503, 1), (503, 2), (200, 3)]
    assert len({one_hash for *_, one_hash in attempts}) == 1


class Batches:
    """Serves a batch of each provider, which is complete at the second poll, its results, and their file."""

    def __init__(self) -> None:
        self.polls = 0

    def __call__(self, asked: Asked) -> list[Step]:
        self.polls += asked.method == "GET" and "/batches/" in asked.target
        if asked.target.endswith("/content"):
            return plain(b'{"response": {"body": {"usage": {"prompt_tokens": 9, "completion_tokens": 9}}}}')
        if asked.target.endswith("/results"):
            return plain(b"\n".join(json.dumps(line).encode() for line in RESULTS))
        body = ANTHROPIC_BATCH if "/messages/" in asked.target else self._openai_batch()
        return plain(json.dumps(body).encode())

    def _openai_batch(self) -> dict[str, Any]:
        completed = {
            "status": "completed",
            "model": "gpt-5-mini-2025-08-07",
            "output_file_id": "file-1",
            "usage": USAGE,
        }
        counts = {"total": 2, "completed": 2, "failed": 0}
        body = {"id": "batch_1", "object": "batch", "endpoint": "/v1/responses", "input_file_id": "file-0"}
        return {**body, "status": "in_progress", "request_counts": counts, **(completed if self.polls > 1 else {})}


ANTHROPIC_BATCH = {"id": "msgbatch_1", "type": "message_batch", "processing_status": "in_progress"}
RESULTS = [
    {
        "custom_id": str(number),
        "result": {
            "type": "succeeded",
            "message": {
                "id": f"msg_{number}",
                "type": "message",
                "model": model,
                "usage": {"input_tokens": 1000, "output_tokens": 100, "service_tier": "batch"},
            },
        },
    }
    for number, model in enumerate(("claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001"))
]


def test_a_batch_is_one_row_at_half_price_however_often_it_is_polled(upstream: Upstream, tmp_path: Path) -> None:
    upstream.answer = Batches()

    with sidecar(upstream, tmp_path) as (running, client):
        batch = client.batches.create(input_file_id="file-0", endpoint="/v1/responses", completion_window="24h")
        pending = running.rows(1)
        statuses = [client.batches.retrieve(batch.id).status for _ in range(4)]
        client.files.content("file-1")
        row = until_told(running)

    assert [(one["cost_status"], one["cost_reasons"]) for one in pending] == [("unpriced", ["pending"])]
    assert statuses == ["in_progress", *["completed"] * 3]
    assert (row["input_tokens"], row["output_tokens"], row["price_context"]) == (81, 1035, {"processing": "batch"})
    # gpt-5-mini at 0.25 and 2 USD per million tokens, half of it in a batch.
    assert (row["cost_nanousd"], row["cost_status"]) == (81 * 125 + 1035 * 1_000, "priced")


def test_the_results_of_a_batch_complete_its_row_once(upstream: Upstream, tmp_path: Path) -> None:
    upstream.answer = Batches()
    url = "https://api.anthropic.com/v1/messages/batches"

    with sidecar(upstream, tmp_path) as (running, client):
        client.post(url, cast_to=object, body={"requests": []})
        for _ in range(2):
            client.get(f"{url}/msgbatch_1", cast_to=object)
            client.get(f"{url}/msgbatch_1/results", cast_to=httpx2.Response)
        row = until_told(running)

    assert (row["input_tokens"], row["output_tokens"], row["finish_reason"]) == (2000, 200, "ended")
    assert [part["model"] for part in row["parts"]] == ["claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001"]
    # Sonnet 4.5 at 3 and 15, Haiku 4.5 at 1 and 5, half of it in a batch.
    assert row["cost_nanousd"] == 1000 * 1_500 + 100 * 7_500 + 1000 * 500 + 100 * 2_500
    assert row["cost_status"] == "priced"


def until_told(running: Sidecar) -> dict[str, Any]:
    """Wait for the one row to have its tokens, and a moment longer for what must not come."""
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        [row] = running.rows(1)
        if row["usage_source"] == "reported":
            time.sleep(0.5)
            [row] = running.rows(1)
            return row
        time.sleep(0.05)
    raise AssertionError(row)
