"""LibreChat's books of nine calls, each wrong in its own way, and the rows of the ledger for the same calls.

The token counts are those that LibreChat 0.8.5 was seen to book for answers with known usage: 21 tokens in, 8 of them
cached, 13 out (Anthropic's 13 are beside the 8).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from farebox.librechat.causes import (
    ABORTED,
    BEDROCK_RATE,
    CACHE_TWICE,
    DEFAULT_RATE,
    FAILED,
    NO_USAGE,
    TITLE,
    UNSEEN,
    USAGE_TWICE,
)
from farebox.records.record import Record
from farebox.records.usage import Usage

from tests.support.samples import reading, record_of

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CACHED = Usage(input_tokens=21, cache_read_tokens=8, output_tokens=13)
PLAIN = Usage(input_tokens=21, output_tokens=13)
USER = "64b0c0ffee0000000000cafe"


class Case(NamedTuple):
    """A booking: tokens in, read from the cache, out, and credits; the provider's answer; causes in nano-USD."""

    name: str
    provider: str
    model: str
    booked: tuple[int, int, int]
    rates: tuple[str, str]
    credits: tuple[float, float]
    causes: dict[str, int]
    usage: Usage = PLAIN
    context: str = "message"
    values: Mapping[str, Any] = MappingProxyType({})


_FAILED = {"outcome": "network_error", "status": None}
_ABORTED = {"outcome": "client_abort"}
CASES = (
    Case(
        "cache",
        "openai",
        "gpt-4o-mini",
        (21, 8, 13),
        (".1293", ".6"),
        (3.75, 7.800000000000001),
        {CACHE_TWICE: 1_200},
        CACHED,
    ),
    Case(
        "stream",
        "anthropic",
        "claude-sonnet-4-5",
        (26, 16, 14),
        ("1.97", "15"),
        (82.8, 210),
        {USAGE_TWICE: 56_400},
        CACHED,
    ),
    # A model of one's own, whose price is 0. LibreChat doesn't ask it for usage, and farebox does.
    Case("own", "ollama", "llama3", (11, 0, 17), ("6", "6"), (66, 102), {NO_USAGE: -36_000, DEFAULT_RATE: 204_000}),
    Case(
        "groq", "groq", "llama-3.3-70b-versatile", (21, 0, 13), ("2.65", "3.5"), (55.65, 45.5), {BEDROCK_RATE: 78_490}
    ),
    Case(
        "title", "mistral", "mistral-tiny", (21, 0, 13), ("6", "6"), (126, 78), {DEFAULT_RATE: 195_500}, context="title"
    ),
    Case(
        "cached title", "openai", "gpt-4o-mini", (21, 0, 13), (".15", ".6"), (3.15, 7.8), {TITLE: 600}, CACHED, "title"
    ),
    Case("failed", "xai", "grok-3", (11, 0, 4), ("3", "15"), (33, 60), {FAILED: 93_000}, Usage(), "message", _FAILED),
    Case(
        "abort",
        "openai",
        "gpt-4o-mini",
        (10, 0, 11),
        (".1725", ".69"),
        (1.725, 7.59),
        {ABORTED: -1_635},
        PLAIN,
        "incomplete",
        _ABORTED,
    ),
    Case("unseen", "openai", "gpt-4o-mini", (5, 0, 5), (".15", ".6"), (0.75, 3), {UNSEEN: 3_750}),
)

DIFFERENCE = f"{sum(sum(case.causes.values()) for case in CASES) / 10**9:.9f}"


def at(index: int) -> datetime:
    return START + timedelta(minutes=index)


def transactions(case: Case, index: int, *, message_id: str | None = None) -> list[dict[str, Any]]:
    """Return the two documents of a booking, in relaxed extended JSON."""
    given, read, out = case.booked
    common = {
        "user": {"$oid": USER},
        "conversationId": f"conversation-{index}",
        "model": case.model,
        "context": case.context,
        "createdAt": {"$date": (at(index) + timedelta(seconds=3)).isoformat().replace("+00:00", "Z")},
        **({"messageId": message_id} if message_id else {}),
    }
    prompt = {
        "tokenType": "prompt",
        "rawAmount": -(given + read),
        "rate": float(case.rates[0]),
        "tokenValue": -case.credits[0],
    }
    if read:
        prompt |= {"inputTokens": -given, "readTokens": -read, "writeTokens": 0}
    completion = {
        "tokenType": "completion",
        "rawAmount": -out,
        "rate": float(case.rates[1]),
        "tokenValue": -case.credits[1],
    }
    return [
        {"_id": {"$oid": f"{index:024x}"}, **common, **prompt},
        {"_id": {"$oid": f"{index:023x}f"}, **common, **completion},
    ]


def row(case: Case, index: int, **values: Any) -> Record:
    """Return the ledger's row of the same call."""
    hosts = {"openai": "api.openai.com", "anthropic": "api.anthropic.com", "xai": "api.x.ai"}
    given = {
        "started_at": int(at(index).timestamp()) * 10**9,
        "provider": case.provider,
        "host": hosts.get(case.provider, "example.com"),
        "model_requested": case.model,
        "model_returned": case.model,
        "usage": case.usage,
        "duration_ms": 2_000,
        "conversation": f"conversation-{index}",
        "purpose": "title" if case.context == "title" else "chat",
    }
    found = record_of(reading(**{**given, **case.values, **values}))
    if case.name != "own":
        return found
    card = dict.fromkeys(("input_tokens", "output_tokens"), "0 per million")
    return msgspec.structs.replace(found, cost_nanousd=0, cost_status="priced", rate_card=card, streamed=True)


def rows() -> list[Record]:
    """Return the rows of every call that farebox saw."""
    return [row(case, index) for index, case in enumerate(CASES) if case.name != "unseen"]


def as_call(record: Record) -> dict[str, Any]:
    """Return a row as the store returns it."""
    return msgspec.structs.asdict(record)
