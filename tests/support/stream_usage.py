"""A provider that counts usage on request, in the way of OpenAI, and the rows of its calls."""

import json
import time
from typing import Any

from tests.support.answers import chunk, event
from tests.support.sidecar import Sidecar
from tests.support.upstream import Asked, Step, stream

CHAT = "/v1/chat/completions"
OPENAI = f"https://api.openai.com{CHAT}"
USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
DONE = b"data: [DONE]\n\n"
REFUSAL = {"error": {"message": "Unknown parameter: 'stream_options'.", "type": "invalid_request_error", "param": None}}
ROW = {"outcome": "ok", "input_tokens": 100, "output_tokens": 10, "usage_source": "reported", "finish_reason": "stop"}


def events(model: str, *, counted: bool) -> list[bytes]:
    """Return the events of a provider that counts on request, in the way of OpenAI."""
    meta: dict[str, Any] = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": model}
    shown = {"usage": None} if counted else {}
    chunks = [
        chunk({"role": "assistant", "content": ""}, **meta, **shown),
        chunk({"content": "Hello!"}, **meta, **shown),
        chunk(finish="stop", **meta, **shown),
    ]
    return [*chunks, *([event(**meta, choices=[], usage=USAGE)] if counted else []), DONE]


def asked_body(asked: Asked) -> Any:
    """Return the JSON that the provider got."""
    return json.loads(asked.body)


def counts(asked: Asked) -> bool:
    """Tell whether the provider was asked for usage."""
    return (asked_body(asked).get("stream_options") or {}).get("include_usage") is True


def answer(asked: Asked) -> list[Step]:
    """Answer with usage if asked for it."""
    return stream(events(asked_body(asked)["model"], counted=counts(asked)))


def request_for(model: str, **more: Any) -> dict[str, Any]:
    """Return the request of a client that does not ask for usage."""
    return {"model": model, "messages": [{"role": "user", "content": "Hi"}], "stream": True, **more}


def find_row(sidecar: Sidecar, model: str) -> dict[str, Any]:
    """Wait for the one row of a model, and return it."""
    give_up = time.monotonic() + 60
    while not (found := [row for row in sidecar.rows() if row["model_requested"] == model]):
        assert time.monotonic() < give_up, f"no row for {model}: {sidecar.log.read_text()}"
        time.sleep(0.05)
    [row] = found
    return row


def reported(row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a row that ROW has."""
    return {name: row[name] for name in ROW}
