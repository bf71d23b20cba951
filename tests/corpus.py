"""Hold the meter against recorded exchanges and their oracle; `python -m tests.corpus [API ...]` prints the table.

The exchanges lie in the folder that FAREBOX_SHARED names, and are not part of the project.
"""

import base64
import collections
import gzip
import json
import os
import random
import sys
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from farebox.metering.call import call_of
from farebox.metering.meter import Meter
from farebox.pricing.cost import nanousd
from farebox.pricing.reported import reported
from farebox.records.exchange import Request, Response, request_to
from farebox.records.reading import Reading

from tests import corpus_sockets
from tests.support.buckets import overfull, uncached
from tests.support.documents import assert_fits

# The oracle's name of an API shape to the dialect, or one of those, that claims it; by default it has the same name.
# What is no LLM call stands here as None.
BILLED_RESOURCES = ("fine_tuning", "gemini_cached_contents")
DIALECTS: dict[str, str | tuple[str | None, ...] | None] = {
    "openai_chat": "openai_chat",
    "anthropic_messages": "anthropic_messages",
    "openai_responses_retrieve": "openai_responses",
    "audio_speech": "openai_speech",
    "audio_transcription": "openai_transcription",
    "moderations": "openai_moderations",
    **dict.fromkeys(("openai_assistants_run", "openai_assistants_run_poll"), "openai_assistants_runs"),
    "batch": "openai_batches",
    "openai_realtime_setup": "openai_realtime_sessions",
    "count_tokens": ("openai_count_tokens", "anthropic_count_tokens", "gemini_count_tokens"),
    **dict.fromkeys(("cohere_v1_chat", "cohere_v2_chat"), "cohere_chat"),
    **dict.fromkeys(("cohere_v1_embed", "cohere_v2_embed"), "cohere_embed"),
    "cohere_v1_generate": "cohere_generate",
    "cohere_v1_tokenize": "cohere_tokenize",
    **dict.fromkeys(("rerank", "cohere_v2_rerank"), "rerank"),
    **{name: name for name in ("ollama_chat", "ollama_generate", "ollama_embed", "hf_inference")},
    **dict.fromkeys(("gemini_generate", "gemini_stream"), "gemini_generate"),
    **{name: name for name in ("gemini_embed", "gemini_interactions", "gemini_batch", "vertex_predict")},
    "anthropic_batch": "anthropic_batches",
    **dict.fromkeys(("bedrock_converse", "bedrock_converse_stream"), "bedrock_converse"),
    **dict.fromkeys(("bedrock_invoke", "bedrock_invoke_stream"), "bedrock_invoke"),
    "bedrock_agent": "bedrock_agent",
    "websocket": ("gemini_live", "openai_realtime"),
    "non_llm": None,
    # Lists of models have rows of their own, which are no calls. What else is billed has no oracle.
    "resource": (None, "models_list", *BILLED_RESOURCES),
}
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
# Exchanges that are filed under another name than what they are: lists of batches and one cancelled are no calls, a
# transcription that its server refused is one.
CLAIMS: dict[str, str | None] = {
    "eaf0d89799a94e68": None,
    "d0d5dccd8e96cf43": None,
    "420de5dc9dcc7d18": None,
    "b44b5e3de4250365": "openai_transcription",
}
# Where the oracle is not followed: exchange id to columns, each with its reason in docs/decisions/.
EXCEPTIONS: dict[str, tuple[str, ...]] = {
    "974baecbd1d8083e": ("input_image_tokens",),
    "fa0648bbe3ae4849": ("model_returned",),
    "818c4aedb8466d46": ("input_tokens", "uncached", "output_tokens", "model_returned"),
}
# Marks that the oracle puts before a provider's own word.
_ORACLES_OWN = {"finish_reason": ("BLOCKED:", "incomplete:"), "model_requested": ("models/",)}
# The oracle's flags for a part that its provider counts as more than the whole, recorded as told: doubleword counts
# reasoning apart from the completion that holds it.
OVERFULL = frozenset({"reasoning_exceeds_completion"})


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


def exchanges(corpus: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield every exchange with its oracle."""
    with gzip.open(corpus / "dev_oracle.jsonl.gz", "rt") as lines:
        oracle = {line["id"]: line for line in map(json.loads, lines)}
    with gzip.open(corpus / "dev.jsonl.gz", "rt") as lines:
        for exchange in map(json.loads, lines):
            yield exchange, oracle[exchange["id"]]


def request_of(exchange: dict[str, Any]) -> Request:
    """Return the request of an exchange."""
    body = exchange["request_body"] or ""
    raw = base64.b64decode(body) if exchange["request_body_encoding"] == "base64" else body.encode()
    return request_to(exchange["method"], exchange["url"], _pairs(exchange["request_headers"]), raw)


def response_of(exchange: dict[str, Any]) -> tuple[Response, bytes]:
    """Return the response of an exchange, and its body decoded."""
    headers = tuple(pair for pair in _pairs(exchange["response_headers"]) if pair[0] != "content-encoding")
    return Response(exchange["status"], headers), base64.b64decode(exchange["response_body_b64"])


def read(exchange: dict[str, Any], dice: random.Random) -> Reading | None:
    """Return what the meter reads from an exchange fed in random cuts, or None where no dialect claims it."""
    call = call_of(request_of(exchange), call_id=exchange["id"], started_at=0)
    if call is None:
        return None
    response, rest = response_of(exchange)
    meter = Meter(call, response)
    while rest:
        cut = dice.choice((1, 2, 3, 7, 16, 61, 200, 700, 1500))
        meter.feed(rest[:cut], 0.5)
        rest = rest[cut:]
    reading = meter.close(1.0)
    if meter.failure:
        raise meter.failure
    assert_fits(reading)
    return reading


def differences(reading: Reading, oracle: dict[str, Any], host: str) -> Iterator[Difference]:
    """Yield where `reading` departs from `oracle` in tokens, model or finish reason, or its parts from their totals."""
    told = {**(oracle["usage"] or {}), **billed_beside(oracle)}
    expected = {column: told.get(name) for name, column in COLUMNS.items()}
    ours = {column: getattr(reading.usage, column) for column in COLUMNS.values()}
    for column in ("model_requested", "model_returned", "finish_reason"):
        expected[column], ours[column] = _spelled(oracle, column), getattr(reading, column)
    expected["uncached"], ours["uncached"] = told.get("input_uncached"), uncached(reading.usage)
    if not OVERFULL.intersection(oracle["flags"]):
        expected["overfull"], ours["overfull"] = [], list(overfull(reading.usage))
    if "byok" not in oracle["flags"]:
        told_cost, our_cost = oracle["provider_reported_cost"], reported(reading.raw_usage)
        expected["cost"] = nanousd(Decimal(repr(told_cost["amount"]))) if told_cost else None
        ours["cost"] = our_cost.nanousd if our_cost else None
    for column, value in expected.items():
        if ours[column] != value and column not in EXCEPTIONS.get(oracle["id"], ()):
            yield Difference(oracle["id"], host, column, ours[column], value)


def billed_beside(oracle: dict[str, Any]) -> dict[str, int]:
    """Return the sums over Anthropic's iterations, where its totals leave any out.

    Not where one model answered in the place of another, which refused and is not billed for.
    """
    sums = oracle.get("billed_sum_over_iterations")
    if not sums or "fallback_message" in oracle["iteration_types"]:
        return {}
    cache = sums["cache_read_input_tokens"], sums["cache_creation_input_tokens"]
    return {
        "input_total": sums["input_tokens"] + sum(cache),
        "input_uncached": sums["input_tokens"],
        "output_total": sums["output_tokens"],
    }


def _spelled(oracle: dict[str, Any], column: str) -> str | None:
    told = str(oracle[column] or "")
    for mark in _ORACLES_OWN.get(column, ()):
        told = told.removeprefix(mark)
    return told or None


class Table(NamedTuple):
    """Rows (dialect, host, exchanges, with usage), the differences, and what no dialect or a wrong one claims."""

    rows: list[tuple[str, str, int, int]]
    differences: list[Difference]
    misclaimed: list[str]


def table(corpus: Path, seed: int = 0, apis: Collection[str] = ()) -> Table:
    """Return what the meter makes of every exchange, or of those of `apis`."""
    dice = random.Random(seed)
    rows: collections.Counter[tuple[str, str]] = collections.Counter()
    with_include_usage: collections.Counter[tuple[str, str]] = collections.Counter()
    found: list[Difference] = []
    misclaimed: list[str] = []
    for exchange, oracle in exchanges(corpus):
        if apis and oracle["api"] not in apis:
            continue
        reading = read(exchange, dice)
        claimed_by = reading.dialect if reading else None
        wanted = CLAIMS.get(exchange["id"], DIALECTS.get(oracle["api"], oracle["api"]))
        if claimed_by not in (wanted if isinstance(wanted, tuple) else (wanted,)):
            misclaimed.append(
                f"{exchange['id']} {oracle['api']} {claimed_by} {exchange['method']} {exchange['url'][:120]}"
            )
        if reading is None:
            continue
        place = (reading.dialect or "", f"{reading.provider} ({reading.host})")
        rows[place] += 1
        with_include_usage[place] += reading.usage.is_reported
        if reading.dialect not in BILLED_RESOURCES:
            found.extend(differences(reading, oracle, reading.host))
    for session, oracle in corpus_sockets.sessions(corpus) if not apis or "websocket" in apis else ():
        readings = corpus_sockets.read(session)
        if not readings:
            misclaimed.append(f"{session['id']} websocket {session['url']}")
            continue
        first = readings[0]
        place = (first.dialect or "", f"{first.provider} ({first.host})")
        rows[place] += 1
        with_include_usage[place] += any(one.usage.is_reported for one in readings)
        found.extend(Difference(oracle["id"], first.host, *one) for one in corpus_sockets.differences(readings, oracle))
    return Table(
        [(*place, number, with_include_usage[place]) for place, number in sorted(rows.items())], found, misclaimed
    )


def _pairs(headers: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name).lower(), str(value)) for name, value in headers)


def main() -> int:
    corpus = folder()
    if corpus is None:
        print("FAREBOX_SHARED is not set: no exchanges to read")
        return 1
    rows, found, misclaimed = table(corpus, random.randrange(1 << 30), sys.argv[1:])
    print(f"{'dialect':20} {'provider (host)':58} {'exchanges':>9} {'with usage':>10}")
    for dialect, host, number, usage in rows:
        print(f"{dialect:20} {host:58} {number:9} {usage:10}")
    print(f"{'total':79} {sum(row[2] for row in rows):9} {sum(row[3] for row in rows):10}")
    print(f"misclaimed {len(misclaimed)}, differences {len(found)}, excepted {sum(map(len, EXCEPTIONS.values()))}")
    for exchange in misclaimed:
        print("misclaimed", exchange)
    for difference in found:
        print("differs", *difference)
    return 1 if found or misclaimed else 0


if __name__ == "__main__":
    sys.exit(main())
