"""What it takes to price a call, beside what the catalogue's own `calc_price` takes; `make bench-pricing` prints it.

Both price the same calls by turns, so that the machine's mood strikes both; the median of many short rounds counts.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import genai_prices
from farebox.pricing.consumption import Consumption
from farebox.pricing.row import priced
from farebox.pricing.standard import standard
from farebox.records.record import Record
from farebox.records.usage import Usage

AT = datetime(2026, 11, 4, 2, tzinfo=UTC)
ROUNDS, CALLS = 200, 50
# Our provider and model, the catalogue's provider, the tier as served, the usage.
CASES: tuple[tuple[str, str, str, str | None, dict[str, Any]], ...] = (
    ("openai", "gpt-4o-2024-08-06", "openai", "default", {"input_tokens": 9_000, "cache_read_tokens": 4_000}),
    ("openai", "gpt-5", "openai", "flex", {"input_tokens": 9_000, "cache_read_tokens": 4_000, "reasoning_tokens": 500}),
    ("anthropic", "claude-sonnet-4-5-20250929", "anthropic", None, {"input_tokens": 210_000, "cache_write_tokens": 90}),
    ("deepseek", "deepseek-v4-pro", "deepseek", None, {"input_tokens": 9_000, "cache_read_tokens": 4_000}),
    ("gemini", "gemini-2.5-flash", "google", None, {"input_tokens": 9_000, "units": {"web_search_requests": 2}}),
    ("azure", "gpt-5-mini-2025-08-07", "azure", None, {"input_tokens": 9_000, "cache_read_tokens": 4_000}),
)


class Times(NamedTuple):
    """Microseconds a call, medians: ours, with the row around it, and genai-prices'."""

    price: float
    row: float
    theirs: float


def main() -> None:
    print(f"{'model':<28} {'price':>8} {'row':>8} {'genai':>8}   us a call, medians of {ROUNDS} rounds of {CALLS}")
    found = [_measured(*case) for case in CASES]
    for case, times in zip(CASES, found, strict=True):
        print(f"{case[1]:<28} {times.price:8.2f} {times.row:8.2f} {times.theirs:8.2f}")
    whole = Times(*(statistics.fmean(column) for column in zip(*found, strict=True)))
    print(f"{'mean':<28} {whole.price:8.2f} {whole.row:8.2f} {whole.theirs:8.2f}")
    print(f"genai-prices takes {whole.theirs / whole.price:.0f} times as long")


def _measured(provider: str, model: str, theirs: str, tier: str | None, used: dict[str, Any]) -> Times:
    usage, pricer = Usage(output_tokens=800, **used), standard()
    asked = Consumption(provider, (model,), usage, AT, tier=tier, duration_ms=1_200)
    row = _row(provider, model, tier, usage)
    context = {"service_tier": tier} if tier else None
    columns = {name: getattr(usage, name) for name in ("input_tokens", "cache_read_tokens", "cache_write_tokens")}
    told = {**columns, "output_tokens": 800, "web_searches": (usage.units or {}).get("web_search_requests")}

    def calculate() -> object:
        counted = genai_prices.Usage(**told)
        return genai_prices.calc_price(
            counted, model, provider_id=theirs, genai_request_timestamp=AT, price_context=context
        )

    return Times(*_by_turns(lambda: pricer.price(asked), lambda: priced(row, pricer), calculate))


def _row(provider: str, model: str, tier: str | None, usage: Usage) -> Record:
    columns = {name: getattr(usage, name) for name in Usage.__struct_fields__}
    return Record(
        id="0",
        started_at=AT,
        provider=provider,
        host="",
        model_returned=model,
        service_tier=tier,
        outcome="ok",
        usage_source="reported",
        cost_status="none",
        duration_ms=1_200,
        **columns,
    )


def _by_turns(*runs: Callable[[], object]) -> list[float]:
    """Return the median microseconds of one call of each of `runs`, which take turns."""
    for run in runs:
        run()
    rounds = [[_round(run) for run in runs] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def _round(run: Callable[[], object]) -> float:
    start = time.perf_counter_ns()
    for _ in range(CALLS):
        run()
    return (time.perf_counter_ns() - start) / CALLS / 1_000


if __name__ == "__main__":
    main()
