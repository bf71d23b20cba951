"""From a call that exceeds a budget to a receiver's POST: sidecar, Prometheus and Alertmanager are the real ones."""

import http.server
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from dashboards.rules import ALERTS
from tests.support.paths import ROOT
from tests.support.prometheus import VERSIONS, Alertmanager, Prometheus, tools
from tests.support.sidecar import Sidecar, wait_until
from tests.support.upstream import Asked, Step, Upstream, plain

EXAMPLE = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
RULES = ROOT / "dashboards" / "generated" / "rules.yml"
BUDGET = "budgets:\n  - {name: company, scope: all, limit: 0.004 USD, window: month}\n"
# gpt-4o: 800 tokens from the cache, 200 others, 200 out cost 0.0035 USD, so two calls exceed the budget.
USAGE = {"prompt_tokens": 1000, "completion_tokens": 200, "prompt_tokens_details": {"cached_tokens": 800}}

Posts = list[tuple[str, dict[str, Any]]]


@contextmanager
def receiving() -> Iterator[tuple[str, Posts]]:
    """Take what Alertmanager posts: the receiver's name and the body."""
    posts: Posts = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            posts.append((self.path.strip("/"), json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", posts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def example_to(url: str) -> dict[str, Any]:
    """Return the example with its own routes; every receiver is a webhook at `url`."""
    config: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    config["global"] = {"resolve_timeout": "15m"}
    config["receivers"] = [
        {"name": one["name"], "webhook_configs": [{"url": f"{url}/{one['name']}"}]} for one in config["receivers"]
    ]
    return config


def scraping(sidecar: Sidecar, alertmanager: Alertmanager) -> dict[str, Any]:
    target = sidecar.metrics_url.removeprefix("http://").removesuffix("/metrics")
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "scrape_configs": [{"job_name": "farebox", "static_configs": [{"targets": [target]}]}],
        "rule_files": [str(RULES)],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager.url.removeprefix("http://")]}]}]},
    }


def call(sidecar: Sidecar) -> None:
    trust = ssl.create_default_context(cafile=sidecar.ca)
    with httpx2.Client(proxy=f"http://127.0.0.1:{sidecar.port}", verify=trust, trust_env=False, timeout=60) as client:
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
        answer = client.post("https://api.openai.com/v1/chat/completions", json=body)
        assert answer.status_code == 200


def answer(asked: Asked) -> list[Step]:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
    return plain(json.dumps({"model": "gpt-4o", "choices": [choice], "usage": USAGE}).encode())


def told(posts: Posts, receiver: str, name: str) -> list[dict[str, Any]]:
    return [
        alert
        for place, body in list(posts)
        for alert in body["alerts"]
        if (place, alert["labels"]["alertname"]) == (receiver, name)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_a_call_that_exceeds_a_budget_is_posted_to_the_receiver(
    version: str,
    start_upstream: Callable[..., Upstream],
    start_sidecar: Callable[..., Sidecar],
    tmp_path: Path,
) -> None:
    programs = tools(version)
    (tmp_path / "farebox.yaml").write_text(BUDGET)
    sidecar = start_sidecar(start_upstream(answer), "--config", str(tmp_path / "farebox.yaml"))
    with receiving() as (url, posts):
        (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(example_to(url)))
        with (
            Alertmanager(programs, tmp_path / "alertmanager.yml", tmp_path) as alertmanager,
            Prometheus(programs, scraping(sidecar, alertmanager), tmp_path) as prometheus,
        ):
            wait_until(lambda: bool(told(posts, "watchdog", "FareboxWatchdog")), 240)
            call(sidecar)
            wait_until(lambda: bool(told(posts, "chat", "FareboxBudgetNearlyUsed")))
            assert told(posts, "chat", "FareboxBudgetExceeded") == []

            call(sidecar)
            began = time.monotonic()
            wait_until(lambda: bool(told(posts, "chat", "FareboxBudgetExceeded")))
            print(f"{time.monotonic() - began:.1f} seconds from the call to the POST")

            groups = prometheus.get("/api/v1/rules")["data"]["groups"]
    [alert] = told(posts, "chat", "FareboxBudgetExceeded")
    assert alert["labels"] == {
        "alertname": "FareboxBudgetExceeded",
        "severity": "critical",
        "budget": "company",
        "scope": "all",
        "window": "month",
    }
    assert alert["annotations"]["description"] == ("company (month): 175% of $0.00 is used. Only known costs count.")
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["name"]: rule["lastError"] for rule in rules if rule.get("lastError")} == {}
    assert len([rule for rule in rules if rule["type"] == "alerting"]) == len(ALERTS)
    assert {rule["health"] for rule in rules} == {"ok"}
