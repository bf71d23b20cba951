"""Calls as a company's chat has them: a few models take most, a few people ask most, and some calls fail."""

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from farebox.pricing.standard import standard
from farebox.recorder.reading_to_record import record_of
from farebox.records.reading import Reading
from farebox.records.record import Record
from farebox.records.usage import Usage
from msgspec.structs import replace
from uuid_utils import uuid7

USERS = 2_000
# 2026-11-02T00:00:00Z, a Monday.
START_NANOSECONDS = 1_793_577_600 * 10**9


class Model(NamedTuple):
    """A model by who sells it, and how often it is asked."""

    provider: str
    host: str
    dialect: str
    name: str
    share: int


MODELS = (
    Model("openai", "api.openai.com", "openai_chat", "gpt-4o-2024-08-06", 25),
    Model("openai", "api.openai.com", "openai_responses", "gpt-5-2025-08-07", 18),
    Model("openai", "api.openai.com", "openai_chat", "gpt-4.1-mini-2025-04-14", 10),
    Model("anthropic", "api.anthropic.com", "anthropic_messages", "claude-sonnet-4-5-20250929", 20),
    Model("anthropic", "api.anthropic.com", "anthropic_messages", "claude-haiku-4-5-20251001", 6),
    Model("gemini", "generativelanguage.googleapis.com", "gemini_generate", "gemini-2.5-flash", 8),
    Model("gemini", "generativelanguage.googleapis.com", "gemini_generate", "gemini-2.5-pro", 4),
    Model("mistral", "api.mistral.ai", "openai_chat", "mistral-large-2411", 3),
    Model("deepseek", "api.deepseek.com", "openai_chat", "deepseek-v4-pro", 3),
    Model("groq", "api.groq.com", "openai_chat", "llama-3.3-70b-versatile", 2),
    Model("unknown", "llm.example.com", "openai_chat", "house-7b", 1),
)
_SHARES = [model.share for model in MODELS]
_PURPOSES = ("chat", "chat", "chat", "title", "agent", "memory")


def readings(number: int, *, seed: int = 1, seconds: float = 30 * 86_400) -> list[Reading]:
    """Return calls spread over `seconds`, in the order of time."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [_reading(chance, round(seconds * place / number * 1e9)) for place in range(number)]


def records(calls: Sequence[Reading], *, seed: int = 2) -> list[Record]:
    """Return the rows of `calls`, priced, with people who asked."""
    chance = random.Random(seed)  # noqa: S311
    pricer = standard()
    return [replace(record_of(call, pricer), **_asked(chance)) for call in calls]


def _reading(chance: random.Random, after: int) -> Reading:
    [model] = chance.choices(MODELS, _SHARES)
    fails = chance.random() < 0.03
    given = round(chance.lognormvariate(7.5, 1.2))
    said = round(chance.lognormvariate(5.5, 1.0))
    duration = round(chance.lognormvariate(8.2, 0.8))
    told: dict[str, Any] = {
        "usage": Usage(input_tokens=given, cache_read_tokens=given // 3, output_tokens=said),
        "raw_usage": _sent(model.dialect, given, given // 3, said),
        "ttft_ms": duration // 5,
        "output_chunks": said,
        "finish_reason": "stop",
    }
    return Reading(
        id=str(uuid7()),
        started_at=START_NANOSECONDS + after,
        sidecar="bench",
        provider=model.provider,
        host=model.host,
        dialect=model.dialect,
        operation="chat",
        model_requested=model.name,
        model_returned=None if fails else model.name,
        response_id=None if fails else f"resp_{chance.getrandbits(96):024x}",
        provider_request_id=f"req_{chance.getrandbits(96):024x}",
        streamed=True,
        status=429 if fails else 200,
        outcome="http_error" if fails else "ok",
        error_type="rate_limit_error" if fails else None,
        duration_ms=duration,
        ttfb_ms=duration // 6,
        overhead_us=chance.randint(200, 900),
        request_bytes=given * 5,
        response_bytes=said * 160,
        params={"stream": True, "max_tokens": 4096, "temperature": 0.7},
        ratelimit={"limit_requests": 10_000, "remaining_requests": chance.randint(0, 10_000)},
        request_hash=f"{chance.getrandbits(128):032x}",
        **({} if fails else told),
    )


def _sent(dialect: str, given: int, cached: int, said: int) -> dict[str, Any]:
    """Return the usage object in which `dialect` states these counts."""
    whole = given + said
    match dialect:
        case "anthropic_messages":
            cache = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": cached}
            return {"input_tokens": given - cached, **cache, "output_tokens": said, "service_tier": "standard"}
        case "gemini_generate":
            counts = {"promptTokenCount": given, "candidatesTokenCount": said, "totalTokenCount": whole}
            return {**counts, "cachedContentTokenCount": cached}
        case "openai_responses":
            details = {
                "input_tokens_details": {"cached_tokens": cached},
                "output_tokens_details": {"reasoning_tokens": 0},
            }
            return {"input_tokens": given, "output_tokens": said, "total_tokens": whole, **details}
        case _:
            details = {"prompt_tokens_details": {"cached_tokens": cached}}
            return {"prompt_tokens": given, "completion_tokens": said, "total_tokens": whole, **details}


def _asked(chance: random.Random) -> dict[str, Any]:
    """Return who asked: of 2,000 people, the busiest ask a hundred times as often as most."""
    user = min(int(chance.paretovariate(0.8)), USERS)
    return {
        "user_id": f"user-{user:05d}",
        "team": f"team-{user % 40}",
        "conversation": f"{user:05d}-{chance.randint(0, 50)}",
        "client_app": "librechat",
        "client_addr": f"10.0.{user % 8}.{user % 250}",
        "key_fingerprint": f"key-{user % 12:02d}",
        "purpose": chance.choice(_PURPOSES),
        "tags": {"x-cost-center": f"cc-{user % 25}"},
    }
