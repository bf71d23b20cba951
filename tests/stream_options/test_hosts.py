"""Which hosts are asked for usage: those that are proven to take it, and those that the user answers for."""

import base64
import gzip
import json
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from farebox.stream_options.hosts import PROVEN, supports_usage_option
from farebox.stream_options.strip import UsageStripper

CHAT = "/v1/chat/completions"
CORPUS = Path(os.environ.get("FAREBOX_SHARED", "")) / "corpus" / "dev.jsonl.gz"


@pytest.mark.parametrize(
    ("host", "port", "path", "expected"),
    [
        ("api.openai.com", 443, CHAT, True),
        ("eu.api.openai.com", 443, CHAT, True),
        ("api.openai.com", 443, f"{CHAT}/", True),
        ("api.openai.com", 443, "/v1/completions", True),
        ("api.openai.com", 443, "/v1/responses", False),
        ("api.openai.com.evil.example", 443, CHAT, False),
        ("riverside.openai.azure.com", 443, "/openai/deployments/d/chat/completions", True),
        ("riverside.openai.azure.com", 443, "/openai/deployments/d/completions", False),
        ("dashscope-intl.aliyuncs.com", 443, "/compatible-mode/v1/chat/completions", True),
        ("localhost", 11434, CHAT, True),
        ("ollama", 11434, CHAT, True),
        ("host.docker.internal", 8080, CHAT, True),
        ("vllm", 8000, "/v1/completions", True),
        ("127.0.0.1", 1234, CHAT, True),
        ("localhost", 9999, CHAT, False),
        ("localhost", 443, CHAT, False),
        # These count unasked.
        ("openrouter.ai", 443, CHAT, False),
        ("api.mistral.ai", 443, CHAT, False),
        ("api.groq.com", 443, CHAT, False),
        ("api.deepseek.com", 443, CHAT, False),
        ("llm.example.com", 443, CHAT, False),
    ],
)
def test_a_host_is_asked_where_that_is_proven(host: str, port: int, path: str, expected: bool) -> None:
    assert supports_usage_option(host, port, path) is expected


def test_the_user_adds_hosts() -> None:
    more = ("*.llm.example.com", "box:9000")

    assert supports_usage_option("eu.llm.example.com", 443, CHAT, more)
    assert supports_usage_option("box", 9000, "/v1/completions", more)
    assert not supports_usage_option("box", 9001, CHAT, more)
    assert supports_usage_option("api.openai.com", 443, CHAT, more)


@pytest.mark.parametrize("proven", PROVEN, ids=lambda proven: proven.hosts[0])
def test_each_entry_says_what_shows_it(proven: object) -> None:
    assert re.search(r"https://|recorded exchange", proven.shown_by)  # type: ignore[attr-defined]


@pytest.mark.skipif(not CORPUS.is_file(), reason="the recorded exchanges are not here")
def test_recorded_exchanges_show_what_the_table_says() -> None:
    named = {name for one in PROVEN for name in re.findall(r"\b[0-9a-f]{12}\b", one.shown_by)}
    shown = set()
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for line in lines:
            if re.search(r'"id": ?"(\w{12})', line)[1] in named:  # type: ignore[index]
                exchange = json.loads(line)
                body, url = json.loads(exchange["request_body"]), urlsplit(exchange["url"])
                assert body["stream_options"]["include_usage"] is True
                assert supports_usage_option(url.hostname or "", url.port or 443, url.path)
                answer = base64.b64decode(exchange["response_body_b64"])
                events = [event + b"\n\n" for event in answer.split(b"\n\n") if event.strip()]
                usage = UsageStripper()
                assert [event for event in events if usage.feed(event) == b""] == events[-2:-1]
                shown.add(exchange["id"][:12])

    assert shown == named
    assert named
