"""What a user does: the official SDKs, through the sidecar over TLS, to the providers' real host names."""

import json
from typing import Any

import openai
import pytest

from .sidecar import Sidecar
from .upstream import Upstream, plain

PROMPT: Any = [{"role": "user", "content": "Say hello."}]


@pytest.fixture
def client_environment(sidecar: Sidecar, monkeypatch: pytest.MonkeyPatch) -> Sidecar:
    """The environment of a client, as the banner says to set it."""
    for line in sidecar.banner.splitlines():
        if line.strip().startswith("export "):
            for assignment in line.split()[1:]:
                monkeypatch.setenv(*assignment.split("=", 1))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    return sidecar


def test_an_openai_answer_is_metered(upstream: Upstream, client_environment: Sidecar) -> None:
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello!"}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 1000,
            "completion_tokens": 200,
            "total_tokens": 1200,
            "prompt_tokens_details": {"cached_tokens": 800},
            "completion_tokens_details": {"reasoning_tokens": 50},
        },
    }
    upstream.answer = lambda _asked: plain(json.dumps(body).encode())
    answer = openai.OpenAI(api_key="sk-test").chat.completions.create(model="gpt-4o", messages=PROMPT)
    assert answer.choices[0].message.content == "Hello!"
    [row] = client_environment.rows(1)
    print(row)
    assert row["cost_nanousd"] == 200 * 2500 + 800 * 1250 + 200 * 10000
