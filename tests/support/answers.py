"""Answers for a meter to read, made of chunks."""

import json
from typing import Any

from farebox.metering.call import Call, call_of
from farebox.metering.meter import Meter
from farebox.records.exchange import Response, request_to
from farebox.records.reading import Reading, encode

OPENAI = "https://api.openai.com/v1/chat/completions"
ANTHROPIC = "https://api.anthropic.com/v1/messages"
STREAM = (("content-type", "text/event-stream"),)
PLAIN = (("content-type", "application/json"),)


def call(url: str = OPENAI, body: Any = None) -> Call:
    """Return the call that a POST of `body` to `url` makes."""
    request = request_to("POST", url, PLAIN, json.dumps(body or {"model": "asked-for", "stream": True}).encode())
    claimed = call_of(request, call_id="1", started_at=0)
    assert claimed is not None
    return claimed


def meter(headers: tuple[tuple[str, str], ...] = STREAM, url: str = OPENAI, status: int = 200) -> Meter:
    """Return a meter for an answer with `headers`."""
    return Meter(call(url), Response(status, headers))


def event(**body: Any) -> bytes:
    """Return the event that holds `body`."""
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def chunk(delta: Any = None, finish: str | None = None, **more: Any) -> bytes:
    """Return the event of an OpenAI chunk."""
    return event(choices=[{"index": 0, "delta": delta or {}, "finish_reason": finish}], **more)


def answer(headers: tuple[tuple[str, str], ...], body: bytes, url: str = OPENAI, status: int = 200) -> Reading:
    """Return the Reading of a whole answer, which must be one that the spool takes."""
    reader = meter(headers, url, status)
    reader.feed(body, 0.5)
    reading = reader.close(1.0)
    assert reader.failure is None
    assert encode(reading)
    return reading
