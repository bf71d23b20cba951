"""Hold the meter against recorded exchanges and their oracle; `python -m tests.corpus` prints the table.

The exchanges lie in the folder that FAREBOX_SHARED names, and are not part of the project.
"""

import base64
import collections
import gzip
import json
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from farebox.exchange import Response, request_to
from farebox.meter import Meter, call_of
from farebox.reading import Reading

APIS = ("openai_chat", "anthropic_messages")
COLUMNS = {
    "input_total": "input_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
    "cache_write_1h": "cache_write_1h_tokens",
    "output_total": "output_tokens",
    "reasoning": "reasoning_tokens",
    "audio_in": "input_audio_tokens",
    "audio_out": "output_audio_tokens",
    "image_in": "input_image_tokens",
    "image_out": "output_image_tokens",
}
# Where the oracle is not followed: exchange id to columns, each with its reason in docs/decisions/. None today.
EXCEPTIONS: dict[str, tuple[str, ...]] = {}


class Difference(NamedTuple):
    """One figure that departs from the oracle."""

    id: str
    host: str
    column: str
    ours: object
    oracle: object


def folder() -> Path | None:
    """Return the folder with the exchanges, or None where FAREBOX_SHARED is not set."""
    shared = os.environ.get("FAREBOX_SHARED")
    return Path(shared) / "corpus" if shared else None


def exchanges(corpus: Path, apis: tuple[str, ...] = APIS) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield every exchange of `apis` with its oracle."""
    with gzip.open(corpus / "dev_oracle.jsonl.gz", "rt") as lines:
        oracle = {line["id"]: line for line in map(json.loads, lines)}
    with gzip.open(corpus / "dev.jsonl.gz", "rt") as lines:
        for exchange in map(json.loads, lines):
            if oracle[exchange["id"]]["api"] in apis:
                yield exchange, oracle[exchange["id"]]


def read(exchange: dict[str, Any], dice: random.Random) -> Reading | None:
    """Return what the meter reads from an exchange fed in random cuts, or None where no dialect claims it."""
    body = exchange["request_body"] or ""
    raw = base64.b64decode(body) if exchange["request_body_encoding"] == "base64" else body.encode()
    request = request_to(exchange["method"], exchange["url"], _pairs(exchange["request_headers"]), raw)
    call = call_of(request, call_id=exchange["id"], started_at=0)
    if call is None:
        return None
    headers = tuple(pair for pair in _pairs(exchange["response_headers"]) if pair[0] != "content-encoding")
    meter = Meter(call, Response(exchange["status"], headers))
    rest = base64.b64decode(exchange["response_body_b64"])
    while rest:
        cut = dice.choice((1, 2, 3, 7, 16, 61, 200, 700, 1500))
        meter.feed(rest[:cut], 0.5)
        rest = rest[cut:]
    reading = meter.close(1.0)
    if meter.failure:
        raise meter.failure
    return reading


def differences(reading: Reading, oracle: dict[str, Any], host: str) -> Iterator[Difference]:
    """Yield where `reading` departs from `oracle` in tokens, model or finish reason."""
    told = oracle["usage"] or {}
    expected = {column: told.get(name) for name, column in COLUMNS.items()}
    ours = {column: getattr(reading.usage, column) for column in COLUMNS.values()}
    for column in ("model_requested", "model_returned", "finish_reason"):
        expected[column], ours[column] = oracle[column], getattr(reading, column)
    for column, value in expected.items():
        if ours[column] != value and column not in EXCEPTIONS.get(oracle["id"], ()):
            yield Difference(oracle["id"], host, column, ours[column], value)


def table(corpus: Path, seed: int = 0) -> tuple[list[tuple[str, str, int, int]], list[Difference], list[str]]:
    """Return rows (dialect, host, exchanges, with usage), the differences, and the ids that no dialect claims."""
    dice = random.Random(seed)
    rows: collections.Counter[tuple[str, str]] = collections.Counter()
    with_usage: collections.Counter[tuple[str, str]] = collections.Counter()
    found: list[Difference] = []
    unclaimed: list[str] = []
    for exchange, oracle in exchanges(corpus):
        reading = read(exchange, dice)
        if reading is None or reading.dialect != oracle["api"]:
            unclaimed.append(exchange["id"])
            continue
        place = (oracle["api"], f"{reading.provider} ({reading.host})")
        rows[place] += 1
        with_usage[place] += reading.usage.is_reported
        found.extend(differences(reading, oracle, reading.host))
    return [(*place, number, with_usage[place]) for place, number in sorted(rows.items())], found, unclaimed


def _pairs(headers: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name).lower(), str(value)) for name, value in headers)


def main() -> int:
    corpus = folder()
    if corpus is None:
        print("FAREBOX_SHARED is not set: no exchanges to read")
        return 1
    rows, found, unclaimed = table(corpus, seed=random.randrange(1 << 30))
    print(f"{'dialect':20} {'provider (host)':58} {'exchanges':>9} {'with usage':>10}")
    for dialect, host, number, usage in rows:
        print(f"{dialect:20} {host:58} {number:9} {usage:10}")
    print(f"{'total':79} {sum(row[2] for row in rows):9} {sum(row[3] for row in rows):10}")
    print(f"unclaimed {len(unclaimed)}, differences {len(found)}, excepted {sum(map(len, EXCEPTIONS.values()))}")
    for difference in found:
        print(*difference)
    return 1 if found or unclaimed else 0


if __name__ == "__main__":
    sys.exit(main())
