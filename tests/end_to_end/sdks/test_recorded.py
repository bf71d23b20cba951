"""What a call of an SDK leaves in exports, metrics and tags."""

import json
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.sdks import OPENAI_COST, ask_openai, openai_body
from tests.support.sidecar import REDIRECT, Sidecar, clean_environment, wait_until
from tests.support.upstream import Upstream, plain

# The SDK warns that the model is retired; its list price stays.
pytestmark = pytest.mark.filterwarnings("ignore:The model 'claude-sonnet-4-5' is deprecated:DeprecationWarning")


def test_export_prints_each_row_as_a_line_of_json(upstream: Upstream, sidecar: Sidecar, row_of: Any) -> None:
    upstream.answer = lambda _asked: plain(openai_body("chatcmpl-export"))
    ask_openai()
    row = row_of("chatcmpl-export")

    printed = subprocess.run(
        [
            sys.executable,
            "-m",
            "farebox",
            "export",
            "--format",
            "jsonl",
            "--ledger",
            f"sqlite:///{sidecar.home}/ledger.db",
        ],
        env=clean_environment(),
        capture_output=True,
        check=True,
        timeout=60,
    )

    lines = [json.loads(line) for line in printed.stdout.splitlines()]
    assert row in lines
    assert row["started_at"].endswith("Z")


def test_a_call_is_counted(upstream: Upstream, sidecar: Sidecar, row_of: Any) -> None:
    labels = 'model="gpt-4o-2024-08-06",operation="chat",outcome="ok",provider="openai",status="200"'
    place = 'model="gpt-4o-2024-08-06",provider="openai"'
    before = sidecar.metrics()
    upstream.answer = lambda _asked: plain(openai_body("chatcmpl-counted"))
    ask_openai()
    row_of("chatcmpl-counted")

    counted = f"farebox_calls_total{{{labels}}}"
    after = sidecar.wait_for_metric(counted, before.get(counted, 0) + 1)

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0.0)

    assert grown(f"farebox_calls_total{{{labels}}}") == 1
    assert grown('farebox_tokens_total{kind="cache_read",' + place + "}") == 800
    assert grown('farebox_cost_usd_total{cost_status="priced",' + place + "}") == pytest.approx(OPENAI_COST / 1e9)
    assert grown(f"farebox_call_duration_seconds_count{{{place}}}") == 1
    wait_until(lambda: sidecar.healthz()[1]["ledger"] == "ok")
    wait_until(lambda: sidecar.healthz()[0] == 200)


def test_an_unknown_model_is_unpriced_and_counted(upstream: Upstream, sidecar: Sidecar, row_of: Any) -> None:
    body = json.loads(openai_body("chatcmpl-unknown")) | {"model": "gpt-99-future"}
    upstream.answer = lambda _asked: plain(json.dumps(body).encode())
    ask_openai(model="gpt-99-future")

    row = row_of("chatcmpl-unknown")

    assert (row["cost_nanousd"], row["cost_status"], row["cost_reasons"]) == (None, "unpriced", ["unknown_model"])
    sidecar.wait_for_metric('farebox_unpriced_calls_total{model="gpt-99-future",provider="openai"}', 1)


def test_headers_named_as_tags_are_kept(upstream: Upstream, tmp_path: Path) -> None:
    upstream.authority.cert_pem.write_to_path(str(tmp_path / "upstream.pem"))
    (tmp_path / "farebox.yaml").write_text("attribution: {tags: [X-Team]}\nintercept: {hosts: ['*.example.net']}\n")
    upstream.answer = lambda _asked: plain(openai_body("chatcmpl-tagged"))
    sets = (
        "--set",
        f"upstream_port={upstream.port}",
        "--set",
        f"ssl_verify_upstream_trusted_ca={tmp_path}/upstream.pem",
    )

    named = ("--config", str(tmp_path / "farebox.yaml"))
    with Sidecar(tmp_path / "home", *named, "--script", str(REDIRECT), *sets) as sidecar:
        with httpx2.Client(proxy=sidecar.proxy, verify=ssl.create_default_context(cafile=sidecar.ca)) as client:
            url = "https://llm.example.net/v1/chat/completions"
            client.post(url, json={"model": "gpt-4o"}, headers={"x-team": "red"})
        [row] = sidecar.rows(1)

    assert row["tags"] == {"x-team": "red"}
    assert (row["provider"], row["cost_reasons"]) == ("unknown", ["unknown_provider"])
