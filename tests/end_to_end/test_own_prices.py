"""Prices of the settings, and costs that answers state, through the whole sidecar."""

import json
import re
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from farebox.config.settings import load
from farebox.pricing.lint import Lint
from farebox.pricing.overrides import Overrides
from farebox.pricing.standard import standard

from tests.support.paths import ROOT
from tests.support.sidecar import REDIRECT, Sidecar
from tests.support.upstream import Asked, Upstream, plain

PAGE = ROOT / "docs" / "prices.md"
SETTINGS = """
providers:
  - {name: riverside, hosts: [llm.example.net]}
  - {name: house, hosts: [gateway.example.net]}
cost_fields:
  - {header: x-acme-cost, provider: riverside, unit: cent}
prices:
  - match: {provider: riverside, model: "river-*"}
    per_mtok: {input: 0.10, cache_read: 0.01, output: 0.30}
    per_request: 0.000_1
  - match: {host: "*.openai.azure.com", deployment: prod}
    alias_of: openai/gpt-4o
    multiplier: 0.85
  - match: {provider: house}
    local: {mode: free}
"""
USAGE = {
    "prompt_tokens": 1000,
    "completion_tokens": 200,
    "total_tokens": 1200,
    "prompt_tokens_details": {"cached_tokens": 800},
}
AZURE = "https://shop.openai.azure.com/openai/deployments/prod"
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    # 200 x 0.10/M + 800 x 0.01/M + 200 x 0.30/M + 0.0001
    "river-7b": ("https://llm.example.net/v1", {"cost_nanousd": 188_000, "cost_status": "priced"}),
    # 1.5 cents, as the header says; the rule's price stands beside it.
    "river-stated": (
        "https://llm.example.net/v1",
        {"cost_nanousd": 15_000_000, "cost_status": "reported", "catalogue_cost_nanousd": 188_000},
    ),
    # 0.85 x (200 x 2.50/M + 800 x 1.25/M + 200 x 10/M)
    "prod": (AZURE, {"cost_nanousd": 2_975_000, "cost_status": "priced", "price_source": "genai-prices"}),
    "llama4": ("https://gateway.example.net/v1", {"cost_nanousd": 0, "cost_status": "free", "cost_reasons": ["local"]}),
}


def answer(asked: Asked) -> Any:
    model = json.loads(asked.body)["model"]
    headers = "x-acme-cost: 1.5\r\n" if model == "river-stated" else ""
    served = "gpt-9-2026-11-01" if model == "prod" else model
    return plain(json.dumps({"model": served, "choices": [], "usage": USAGE}).encode(), headers=headers)


def test_prices_of_the_settings_are_what_calls_cost(upstream: Upstream, tmp_path: Path) -> None:
    upstream.authority.cert_pem.write_to_path(str(tmp_path / "upstream.pem"))
    (tmp_path / "farebox.yaml").write_text(SETTINGS)
    upstream.answer = answer
    trusted = f"ssl_verify_upstream_trusted_ca={tmp_path}/upstream.pem"
    sets = ("--config", str(tmp_path / "farebox.yaml"), "--set", f"upstream_port={upstream.port}", "--set", trusted)

    with Sidecar(tmp_path / "home", "--script", str(REDIRECT), *sets) as sidecar:
        with httpx2.Client(proxy=sidecar.proxy, verify=ssl.create_default_context(cafile=sidecar.ca)) as client:
            for model, (base, _) in CALLS.items():
                client.post(f"{base}/chat/completions", json={"model": model})
        rows = {row["model_requested"]: row for row in sidecar.rows(len(CALLS))}

    assert {model: {name: rows[model][name] for name in expected} for model, (_, expected) in CALLS.items()} == {
        model: expected for model, (_, expected) in CALLS.items()
    }


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL))
def test_the_examples_of_the_page_are_settings_without_a_finding(example: str, tmp_path: Path) -> None:
    path = tmp_path / "farebox.yaml"
    path.write_text(example)

    settings = load(config=path, environment={})

    lint = Lint(Overrides(settings.prices), standard(), settings.table, datetime(2026, 11, 24, tzinfo=UTC))
    assert settings.prices or settings.cost_fields or settings.providers or settings.currency
    assert list(lint.findings()) == []
