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

from .sidecar import REDIRECT, Sidecar
from .upstream import Asked, Step, Upstream, plain

USAGE = {
    "input_tokens": 81,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 1035,
    "output_tokens_details": {"reasoning_tokens": 832},
    "total_tokens": 1116,
}


class Background:
    """Serves one response in the background, whose work ends with the third look at it."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self, asked: Asked) -> list[Step]:
        self.looks += asked.method == "GET"
        has_ended = self.looks > 2
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
        metrics = running.metrics()

    assert statuses == ["in_progress", "in_progress", *["completed"] * 3]
    assert (row["input_tokens"], row["output_tokens"], row["reasoning_tokens"]) == (81, 1035, 832)
    assert (row["finish_reason"], row["usage_source"], row["cost_status"]) == ("completed", "reported", "priced")
    assert (row["model_requested"], row["model_returned"]) == ("o3", "o3-2025-04-16")
    assert sum(value for name, value in metrics.items() if name.startswith("farebox_calls_total")) == 1
    assert metrics['farebox_tokens_total{kind="output",model="o3-2025-04-16",provider="openai"}'] == 1035


def test_what_the_client_tries_again_is_numbered(upstream: Upstream, tmp_path: Path) -> None:
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

    told = sorted((row["started_at"], row["status"], row["attempt"], row["request_hash"]) for row in rows)
    assert [(status, attempt) for _, status, attempt, _ in told] == [(503, None), (503, 2), (200, 3)]
    assert len({one_hash for *_, one_hash in told}) == 1


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
