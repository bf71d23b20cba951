"""A budget that refuses calls, through the whole sidecar; and traffic goes on without the recorder."""

import json
import ssl
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conftest import StartSidecar
from tests.support.sidecar import Sidecar, wait_until
from tests.support.upstream import Asked, Upstream, plain

URL = "https://api.openai.com/v1/chat/completions"
SETTINGS = """
budgets:
  - {name: office, scope: model, match: "gpt-4o*", limit: 0.01 USD, window: day, enforce: refuse}
"""


def answer(asked: Asked) -> Any:
    usage = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}
    body = {"id": "c", "model": json.loads(asked.body)["model"], "choices": [], "usage": usage}
    return plain(json.dumps(body).encode())


@pytest.fixture
def sidecar(upstream: Upstream, start_sidecar: StartSidecar, tmp_path: Path) -> Sidecar:
    (tmp_path / "farebox.yaml").write_text(SETTINGS, encoding="utf-8")
    upstream.answer = answer
    return start_sidecar(upstream, "--config", str(tmp_path / "farebox.yaml"))


def test_calls_are_refused_once_the_budget_is_used_up_and_others_pass(sidecar: Sidecar) -> None:
    context = ssl.create_default_context(cafile=sidecar.ca)
    with httpx2.Client(proxy=sidecar.proxy, verify=context, timeout=60) as client:

        def ask(model: str = "gpt-4o") -> httpx2.Response:
            return client.post(URL, json={"model": model, "messages": []})

        # Each costs 0.0075 USD, so that the second one uses the budget up.
        assert [ask().status_code, ask().status_code] == [200, 200]
        wait_until(lambda: ask().status_code == 429)
        refused = ask()
        assert ask("o3").status_code == 200

    assert refused.json()["error"]["code"] == "farebox_budget_exceeded"
    assert 0 < int(refused.headers["retry-after"]) <= 25 * 3600
    wait_until(lambda: any(row["outcome"] == "blocked" for row in sidecar.rows()))
    blocked = next(row for row in sidecar.rows() if row["outcome"] == "blocked")
    assert (blocked["status"], blocked["cost_status"], blocked["cost_nanousd"]) == (429, "none", None)
    place = 'farebox_budget_used_ratio{bound="known",budget="office",scope="model",window="day"}'
    wait_until(lambda: sidecar.metrics().get(place, 0) >= 1.5)
    assert time.time() - sidecar.metrics()["farebox_budget_computed_timestamp_seconds"] < 120
