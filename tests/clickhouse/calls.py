"""Made-up calls with every kind of value that the sums distinguish, the same for the same seed."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from farebox.records.record import Completion, Record

FIRST = datetime(2026, 9, 28, 22, 13, 7, 123456, tzinfo=UTC)
SPAN = timedelta(days=40)
_MODELS = ("gpt-5", "gpt-5-mini", "claude-sonnet-4-5", "gemini-3-pro", "Größe_100%", None)
_OUTCOMES = ("ok",) * 12 + ("http_error", "client_abort", "provider_cut", "network_error")
_STATUSES = ("priced",) * 8 + ("unpriced", "partial", "estimated", "free", "included", "reported", "none")
_OPERATIONS = ("chat",) * 8 + ("embeddings", "text_completion", "list_models", "relayed", None)
_Maybe = Callable[..., Any]
_WORDS = ("", "it's", "tab\there", "new\nline", "back\\slash", "emoji 😀", "x")


def calls(number: int, seed: int = 1) -> Iterator[Record]:
    """Yield `number` calls over SPAN, in no order of time."""
    pick = random.Random(seed)
    step = SPAN / number
    for place in range(number):
        yield _asked(_call(pick, FIRST + step * ((place * 7919) % number), place), place)


def completed(records: list[Record]) -> list[Completion]:
    """Return what becomes of each fifth call whose usage was unknown."""
    begun = [one for one in records if one.usage_source == "none"][::5]
    return [
        Completion(
            one,
            msgspec.structs.replace(
                one,
                usage_source="reported",
                input_tokens=11,
                output_tokens=7,
                cost_nanousd=1_234_567,
                cost_status="priced",
                cost_reasons=None,
                model_returned="gpt-5-mini-2026",
                error_code="late",
                error_param="tools",
                price_context={"region": "eu"},
                billing="plan",
                plan="codex",
            ),
        )
        for one in begun
    ]


def priced_early(records: list[Record]) -> list[tuple[Record, Record]]:
    """Return half of the calls that are completed later, at a price that they get while their usage is unknown."""
    return [
        (one.before, msgspec.structs.replace(one.before, cost_nanousd=5, cost_status="estimated", cost_reasons=None))
        for one in completed(records)[::2]
    ]


def repriced(records: list[Record]) -> list[tuple[Record, Record]]:
    """Return each hundredth of the other calls, at another price."""
    priced = [one for one in records if one.usage_source == "reported"][::100]
    return [
        (one, msgspec.structs.replace(one, cost_nanousd=(one.cost_nanousd or 0) + 3, cost_status="priced"))
        for one in priced
    ]


def _asked(call: Record, place: int) -> Record:
    """Return `call` with parameters if it is one of some; of these, some are refused, and some refusals name one."""
    if place % 5:
        return call
    params = {"stream": True, "it's": "back\\slash"} if place % 10 else {"top_p": 0.5, "stream": None}
    if place % 15:
        return msgspec.structs.replace(call, params=params)
    named = "top_p" if place % 30 else None
    return msgspec.structs.replace(call, params=params, status=400, outcome="http_error", error_param=named)


def _call(pick: random.Random, at: datetime, place: int) -> Record:
    def maybe(value: Any, share: float = 0.9) -> Any:
        return value if pick.random() < share else None

    return Record(
        id=str(UUID(int=pick.getrandbits(122) << 6 | 0x2A)),
        started_at=at,
        sidecar=maybe(f"s{pick.randrange(3)}", 0.98),
        provider=pick.choice(("openai", "anthropic", "gemini", "unknown")),
        host=pick.choice(("api.openai.com", "api.anthropic.com", "10.0.0.1:8000")),
        dialect=maybe("openai_chat"),
        operation=pick.choice(_OPERATIONS),
        response_id=maybe(f"r{place % 5000}", 0.2),
        model_requested=pick.choice(_MODELS),
        model_returned=pick.choice(_MODELS),
        service_tier=maybe("flex", 0.1),
        streamed=maybe(pick.random() < 0.5),
        status=maybe(pick.choice((200, 200, 200, 429, 500))),
        outcome=pick.choice(_OUTCOMES),
        error_code=maybe(pick.choice(_WORDS), 0.1),
        duration_ms=maybe(int(pick.lognormvariate(7, 1.5))),
        ttft_ms=maybe(int(pick.lognormvariate(6, 1)), 0.5),
        ratelimit=maybe({"utilization_5h": pick.randrange(100)}, 0.1),
        **_caller(pick, maybe),
        **_used(pick, maybe),
        **_paid(pick, maybe),
    )


def _caller(pick: random.Random, maybe: _Maybe) -> dict[str, Any]:
    return {
        "user_id": maybe(f"user {pick.randrange(200)}"),
        "team": maybe(f"team{pick.randrange(5)}", 0.5),
        "conversation": maybe(f"c{pick.randrange(3000)}", 0.5),
        "message_id": maybe(f"m{pick.randrange(9000)}", 0.3),
        "client_app": maybe(pick.choice(_WORDS)),
        "key_fingerprint": maybe(f"k{pick.randrange(20)}"),
        "tags": maybe({"a": pick.choice(_WORDS)}, 0.2),
        "purpose": maybe(pick.choice(("chat", "title"))),
    }


def _used(pick: random.Random, maybe: _Maybe) -> dict[str, Any]:
    is_reported = pick.random() < 0.95
    return {
        "input_tokens": maybe(pick.randrange(100_000)) if is_reported else None,
        "cache_read_tokens": maybe(pick.randrange(1000), 0.5),
        "output_tokens": maybe(pick.randrange(5_000)) if is_reported else None,
        "reasoning_tokens": maybe(pick.randrange(500), 0.3),
        "usage_source": "reported" if is_reported else "none",
    }


def _paid(pick: random.Random, maybe: _Maybe) -> dict[str, Any]:
    status = pick.choice(_STATUSES)
    return {
        "cost_nanousd": None if status in {"unpriced", "none"} else pick.randrange(10**12),
        "cost_status": status,
        "cost_reasons": maybe(["no price"], 0.5) if status in {"unpriced", "partial"} else None,
        "catalogue_cost_nanousd": maybe(pick.randrange(10**12), 0.7),
        "billing": maybe(pick.choice(("metered", "plan")), 0.8),
        "plan": maybe(pick.choice(("claude", "codex")), 0.3),
    }
