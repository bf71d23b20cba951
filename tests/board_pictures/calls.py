"""Weeks of made-up calls, for pictures of boards: several providers, people, plans and kinds of failure."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from farebox.records.record import Record
from farebox.records.usage import Usage
from msgspec.structs import replace

from tests.support.samples import reading, record_of

DAYS = 46
# Calls a minute at full weight, and how many times more of them come in the last hours, which lines are drawn of.
_PACE = 0.4
_BUSY = timedelta(hours=7)
_BUSY_TIMES = 2.5
_OUTAGE = (timedelta(hours=2, minutes=10), timedelta(hours=1, minutes=45))


class Model(NamedTuple):
    """A model, where it is served and how often it is called."""

    provider: str
    host: str
    name: str
    weight: int


MODELS = (
    Model("openai", "api.openai.com", "gpt-4o", 30),
    Model("openai", "api.openai.com", "gpt-5", 18),
    Model("openai", "api.openai.com", "gpt-5-mini", 30),
    Model("anthropic", "api.anthropic.com", "claude-sonnet-4-5", 26),
    Model("anthropic", "api.anthropic.com", "claude-haiku-4-5", 10),
    Model("gemini", "generativelanguage.googleapis.com", "gemini-2.5-pro", 8),
    Model("deepseek", "api.deepseek.com", "deepseek-chat", 9),
    Model("mistral", "api.mistral.ai", "mistral-large-latest", 5),
    Model("openrouter", "openrouter.ai", "openai/gpt-4o", 4),
    Model("groq", "api.groq.com", "house-blend-7b", 2),
)
_PEOPLE: tuple[tuple[str | None, str | None, int], ...] = (
    ("ada", "river", 20),
    ("ben", "river", 14),
    ("cem", "mill", 9),
    ("dee", "mill", 7),
    ("eli", "mill", 6),
    ("fay", "harbour", 5),
    ("gil", "harbour", 5),
    ("hana", "harbour", 4),
    ("ivo", "harbour", 3),
    ("jun", "river", 2),
    (None, None, 3),
)
# How calls fail that fail by chance, each with its share of all.
_FAILURES: tuple[tuple[float, int | None, str], ...] = (
    (0.012, 429, "http_error"),
    (0.003, 401, "http_error"),
    (0.003, 400, "http_error"),
    (0.004, 500, "http_error"),
    (0.002, None, "network_error"),
    (0.003, 200, "provider_cut"),
    (0.012, 200, "client_abort"),
)


def records(now: datetime, seed: int = 7) -> list[Record]:
    """Return the rows of DAYS before `now`, oldest first; those at OpenRouter with a cost that it stated."""
    chance = random.Random(seed)
    found = [record_of(reading(**one)) for moment in _moments(now, chance) for one in _calls(moment, now, chance)]
    return sorted(map(_stated, found), key=lambda record: record.started_at)


def _stated(record: Record) -> Record:
    if record.provider != "openrouter" or record.cost_nanousd is None:
        return record
    listed = record.cost_nanousd
    return replace(record, catalogue_cost_nanousd=listed, cost_nanousd=listed * 103 // 100, cost_status="reported")


def _moments(now: datetime, chance: random.Random) -> Iterator[datetime]:
    minute = now - timedelta(days=DAYS)
    while minute < now - timedelta(minutes=1):
        weight = _PACE * _weight(minute)
        if minute > now - _BUSY:
            weight = max(weight, 0.6 * _PACE) * _BUSY_TIMES
        for _ in range(int(weight) + (chance.random() < weight % 1)):
            yield minute + timedelta(seconds=chance.uniform(0, 60))
        minute += timedelta(minutes=1)


def _weight(minute: datetime) -> float:
    by_day = 1 + 0.125 * ((minute.toordinal() * 37) % 5 - 2)
    return by_day * (1.0 if 8 <= minute.hour < 18 else 0.12) * (0.2 if minute.weekday() >= 5 else 1)


def _calls(moment: datetime, now: datetime, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield one call, and the second attempt that follows a refusal for the rate."""
    [model] = chance.choices(MODELS, [one.weight for one in MODELS])
    call = {**_asked(moment, model, chance), **_payer(model, chance)}
    failure = _failure(moment, now, model, chance)
    if failure is None:
        yield call
        return
    status, outcome = failure
    yield _failed(call, status, outcome, chance)
    if status == 429:
        later = int((moment + timedelta(seconds=2)).timestamp() * 1e9)
        yield {**call, "started_at": later, "attempt": 2}


def _asked(moment: datetime, model: Model, chance: random.Random) -> dict[str, Any]:
    [(user, team)] = chance.choices([(one[0], one[1]) for one in _PEOPLE], [one[2] for one in _PEOPLE])
    title = model.name == "gpt-5-mini" and chance.random() < 0.8
    given = chance.randint(60, 200) if title else min(int(chance.lognormvariate(8.3, 0.9)), 180_000)
    written = chance.randint(5, 14) if title else int(chance.lognormvariate(5.9, 0.8))
    cached = 0 if title or chance.random() < 0.35 else int(given * chance.uniform(0.3, 0.9))
    to_cache = int(given * 0.08) if model.provider == "anthropic" and chance.random() < 0.4 else 0
    purpose = "title" if title else chance.choices(["chat", "agent", "summary", None], [70, 15, 8, 4])[0]
    return {
        "started_at": int(moment.timestamp() * 1e9),
        "provider": model.provider,
        "host": model.host,
        "model_requested": model.name,
        "model_returned": model.name,
        "streamed": not title,
        "usage": Usage(
            input_tokens=given + to_cache,
            output_tokens=written,
            cache_read_tokens=cached,
            cache_write_tokens=to_cache if model.provider == "anthropic" else None,
        ),
        "duration_ms": int(400 + written * chance.uniform(9, 22)),
        "ttft_ms": None if title else int(chance.lognormvariate(6.3, 0.45)),
        "overhead_us": int(chance.lognormvariate(6.6, 0.5)),
        "user_id": user,
        "team": team,
        "conversation": f"{user}-{moment:%m%d}-{chance.randint(1, 3)}" if user else None,
        "purpose": purpose,
        "client_app": chance.choices(["librechat", "claude-code", "opencode"], [70, 20, 10])[0],
        "params": {"temperature": 1, **({"frequency_penalty": 0.5} if chance.random() < 0.1 else {})},
    }


def _payer(model: Model, chance: random.Random) -> dict[str, Any]:
    """Return who pays: some of Claude's calls are those of a plan, a few beyond it."""
    plan = {"plan": "claude", "key_kind": "oauth", "key_fingerprint": "k-51c0", "client_app": "claude-code"}
    kind = chance.random() if model.provider == "anthropic" else 1.0
    if kind < 0.3:
        return {"billing": "plan", "billing_source": "header", **plan}
    if kind < 0.34:
        return {"billing": "overage", "billing_source": "header", **plan}
    fingerprint = chance.choice(["k-3f9a", "k-77b1"])
    return {
        "billing": "metered",
        "billing_source": "key_kind",
        "key_kind": "api",
        "key_fingerprint": fingerprint,
    }


def _failure(moment: datetime, now: datetime, model: Model, chance: random.Random) -> tuple[int | None, str] | None:
    began, ended = (now - ago for ago in _OUTAGE)
    if model.provider == "anthropic" and began <= moment <= ended and chance.random() < 0.93:
        return 503, "http_error"
    at = chance.random()
    for share, status, outcome in _FAILURES:
        if at < share:
            return status, outcome
        at -= share
    return None


def _failed(call: dict[str, Any], status: int | None, outcome: str, chance: random.Random) -> dict[str, Any]:
    failed = {**call, "status": status, "outcome": outcome}
    if outcome in {"http_error", "network_error"}:
        failed |= {"usage": Usage(), "ttft_ms": None, "duration_ms": chance.randint(80, 600)}
    if status == 400:
        failed |= {"params": {"frequency_penalty": 0.5}, "error_param": "frequency_penalty"}
    return failed
