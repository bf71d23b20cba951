"""Recorded websocket sessions and their oracle, read message by message."""

import gzip
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from farebox.metering.call import call_of
from farebox.metering.websocket_meter import WebSocketMeter
from farebox.records import clean, reading
from farebox.records.exchange import Response, request_to
from farebox.records.reading import Reading

# What the oracle calls a session's sum, to our column.
SUMS = {
    "input_total": "input_tokens",
    "cache_read": "cache_read_tokens",
    "output_total": "output_tokens",
    "reasoning": "reasoning_tokens",
    "audio_in": "input_audio_tokens",
    "audio_out": "output_audio_tokens",
}
# Where the oracle is not followed: session id to columns, each with its reason in docs/decisions/0012.
EXCEPTIONS = {"ws-1562ea2cda61": ("model_requested",), "ws-3851806c9a65": ("cut",)}


def sessions(corpus: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield every session with its oracle."""
    with gzip.open(corpus / "dev_ws_oracle.jsonl.gz", "rt") as lines:
        oracle = {line["id"]: line for line in map(json.loads, lines)}
    with gzip.open(corpus / "dev_ws.jsonl.gz", "rt") as lines:
        for session in map(json.loads, lines):
            yield session, oracle[session["id"]]


def read(recorded: dict[str, Any]) -> list[Reading] | None:
    """Return what a session is read as, or None where no dialect claims it; one that was resumed had two sockets."""
    url = recorded["url"].replace("wss:", "https:")
    call = call_of(request_to("GET", url, (("upgrade", "websocket"),)), call_id=recorded["id"], started_at=0)
    if call is None:
        return None
    ids = map(str, itertools.count())
    found: list[Reading] = []
    for is_close, frames in itertools.groupby(recorded["frames"], key=lambda frame: "close" in frame):
        if not is_close:
            found.extend(_read(WebSocketMeter(call, Response(101), lambda: next(ids)), list(frames)))
    return found


def _read(session: WebSocketMeter, frames: list[dict[str, Any]]) -> Iterator[Reading]:
    for number, frame in enumerate(frames):
        said = session.to_server if frame["direction"] == "sent" else session.to_client
        yield from said(json.dumps(frame["data"]).encode(), float(number))
    yield from session.close(float(len(frames)), reading.CLIENT_ABORT)
    if session.failure:
        raise session.failure


def differences(found: list[Reading], oracle: dict[str, Any]) -> Iterator[tuple[str, object, object]]:
    """Yield (column, ours, oracle) where a session's rows depart from its oracle: row by row, and in their sums."""
    rows = [row for row in found if row.outcome == reading.OK]
    answers = [row for row in rows if row.operation != "transcription"]
    transcriptions = [row.raw_usage for row in rows if row.operation == "transcription"]
    told = oracle["responses"]
    sums = [(SUMS[name], value) for name, value in oracle["session_total"].items() if name in SUMS]
    for column, ours, expected in (
        ("cut", len(found) - len(rows), 0),
        # A session without a response is one row, without usage.
        ("raw_usage", [row.raw_usage for row in answers], [clean.figures(one["raw_usage"]) for one in told] or [None]),
        ("finish_reason", [row.finish_reason for row in answers], [one["status"] for one in told] or [None]),
        ("response_id", [row.response_id for row in answers], [one.get("response_id") for one in told] or [None]),
        ("transcriptions", transcriptions, [one["raw_usage"] for one in oracle["transcriptions"]]),
        ("model_requested", {row.model_requested for row in answers}, {_name(oracle["model_requested"])}),
        ("model_returned", {row.model_returned for row in answers}, {oracle["model_returned"]}),
        *((column, sum(getattr(row.usage, column) or 0 for row in answers), value) for column, value in sums),
    ):
        if ours != expected and column not in EXCEPTIONS.get(oracle["id"], ()):
            yield column, ours, expected


def _name(model: str | None) -> str | None:
    """Return a model's name: the oracle has the whole resource."""
    return model.rpartition("models/")[2] if model else None
