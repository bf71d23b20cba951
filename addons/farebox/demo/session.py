"""The demo's client: chats of several minutes, played in a few seconds."""

import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx2

_OPENAI = "https://api.openai.com/v1/chat/completions"
_ANTHROPIC = "https://api.anthropic.com/v1/messages"
_MISTRAL = "https://api.mistral.ai/v1/chat/completions"
_GROQ = "https://api.groq.com/openai/v1/chat/completions"
HOSTS = ("api.openai.com", "api.anthropic.com", "api.mistral.ai", "api.groq.com")
_CONCURRENCY = 4
_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `wanted` is the answer that the provider gives; an `aborted` call ends where that stalls."""

    url: str
    model: str
    wanted: dict[str, int] = field(default_factory=dict)
    stream: bool = True
    requests_usage: bool = True
    aborted: bool = False

    def body(self, number: int) -> dict[str, Any]:
        """Return the request's JSON."""
        wanted = {"call": f"{number:03d}", **{name: str(value) for name, value in self.wanted.items()}}
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": "user", "content": "Tell me about the river."}],
            "metadata": wanted,
            "stream": self.stream,
        }
        if self.url == _ANTHROPIC:
            return {**body, "max_tokens": 1024}
        return {**body, "stream_options": {"include_usage": True}} if self.stream and self.requests_usage else body


def calls() -> Iterator[Call]:
    """Yield the session's calls: chats and titles, caches, a refused call and its retry, an abort, no price.

    No price depends on the hour, so that the sums are always what the docs show.
    """
    for turn in range(4):
        read = {"input": 350 + 60 * turn, "cached": 9000 + 700 * turn, "output": 420 + 35 * turn, "chunks": 14}
        yield Call(_ANTHROPIC, "claude-sonnet-4-5", read if turn else {**read, "cached": 0, "written": 9000})
        yield Call(_OPENAI, "gpt-4o", {"input": 1800 + 1100 * turn, "cached": 1024 * turn, "output": 260 + 20 * turn})
        yield Call(_MISTRAL, "mistral-small-latest", {"input": 2400, "cached": 1900 if turn else 0, "output": 310})
        yield Call(_OPENAI, "gpt-5-mini", {"input": 140 + turn, "output": 9}, stream=False)
    yield Call(_OPENAI, "gpt-5", {"input": 5200, "cached": 4096, "output": 1900, "reasoning": 1344, "chunks": 20})
    yield Call(_OPENAI, "gpt-5", {"refuse": 1})
    yield Call(_OPENAI, "gpt-5", {"input": 5200, "cached": 4096, "output": 1450, "reasoning": 960})
    yield Call(
        _ANTHROPIC,
        "claude-sonnet-4-5",
        {"input": 410, "cached": 11800, "output": 900, "chunks": 60, "stalls": 10},
        aborted=True,
    )
    yield Call(_OPENAI, "gpt-4o", {"input": 900, "output": 150}, requests_usage=False)
    yield Call(_GROQ, "house-blend-7b", {"input": 700, "output": 180})
    yield Call(_GROQ, "llama-3.3-70b-versatile", {"input": 1500, "output": 400})


def play(proxy: str, certificate: str, recorded: Callable[[int], None]) -> int:
    """Make every call through `proxy`, some at once, trusting the CA in the file `certificate`; return their number.

    `recorded` waits until so many calls are in the ledger: from these, the cost of an aborted one is estimated.
    """
    session = list(enumerate(calls()))
    whole = [one for one in session if not one[1].aborted]
    trust = ssl.create_default_context(cafile=certificate)
    limits = httpx2.Limits(max_connections=_CONCURRENCY)
    with (
        httpx2.Client(proxy=proxy, verify=trust, timeout=_SECONDS, trust_env=False, limits=limits) as client,
        ThreadPoolExecutor(_CONCURRENCY) as threads,
    ):
        for future in [threads.submit(_make, client, call, number) for number, call in whole]:
            future.result()
        recorded(len(whole))
        for number, call in session:
            if call.aborted:
                _make(client, call, number)
    return len(session)


def _make(client: httpx2.Client, call: Call, number: int) -> None:
    headers = {"authorization": "Bearer sk-demo", "user-agent": "farebox-demo"}
    with client.stream("POST", call.url, json=call.body(number), headers=headers) as answer:
        events = 0
        for chunk in answer.iter_raw():
            events += chunk.count(b"\n\n")
            if call.aborted and events >= call.wanted["stalls"]:
                return
