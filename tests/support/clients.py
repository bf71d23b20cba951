"""A provider that a test can hold up, and the official SDKs as its clients behind a proxy."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import anthropic
import httpx2
import openai

from tests.load import CALL_ID, PROMPT, anthropic_events, openai_body, openai_events
from tests.support.upstream import Asked, Step, Until, plain, stream

SECONDS = 40.0


class Answers:
    """The provider: a plain call is answered at once, a stream waits after its first event until `go_on` is set."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, asked: Asked) -> list[Step]:
        call_id = asked.headers[CALL_ID]
        if b'"stream"' not in asked.body:
            return plain(json.dumps(openai_body(call_id)).encode())
        events = anthropic_events(call_id) if asked.target.endswith("/messages") else openai_events(call_id)
        head, first, *rest = stream(events)
        return [head, first, Until(self.go_on), *rest]


@dataclass(frozen=True)
class Client:
    """The official SDKs, behind one proxy."""

    http: httpx2.Client

    def ask(self, call_id: str) -> None:
        """Make a plain call."""
        headers = {CALL_ID: call_id}
        sdk = openai.OpenAI(api_key="sk-test", max_retries=0, http_client=self.http)
        answer = sdk.chat.completions.create(model="gpt-4o", messages=PROMPT, extra_headers=headers)
        assert answer.id == call_id

    def begin_stream(self, call_id: str, sdk: str = "openai") -> Iterator[Any]:
        """Begin a streamed call, and return what is left of it after its first event."""
        headers = {CALL_ID: call_id}
        events: Iterator[Any]
        if sdk == "openai":
            completions = openai.OpenAI(api_key="sk-test", max_retries=0, http_client=self.http).chat.completions
            events = iter(completions.create(model="gpt-4o", messages=PROMPT, extra_headers=headers, stream=True))
        else:
            messages = anthropic.Anthropic(api_key="sk-test", max_retries=0, http_client=self.http).messages
            model = "claude-haiku-4-5"
            events = iter(
                messages.create(model=model, messages=PROMPT, max_tokens=9, extra_headers=headers, stream=True)
            )
        next(events)
        return events


@contextmanager
def asking(client: Client) -> Iterator[list[str]]:
    """Make one call after the other on one connection until one fails; yield the ids of those answered."""
    answered: list[str] = []
    is_asking = threading.Event()

    def ask() -> None:
        # What meets the end of a connection gets mitmproxy's 502.
        with suppress(openai.APIConnectionError, openai.InternalServerError):
            for number in range(100_000):
                client.ask(f"asked-{number}")
                answered.append(f"asked-{number}")
                is_asking.set()

    thread = threading.Thread(target=ask)
    thread.start()
    assert is_asking.wait(SECONDS)
    yield answered
    thread.join(SECONDS)
