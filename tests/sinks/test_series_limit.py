"""The number of series, whatever the traffic: names, statuses, users and keys come from outside."""

import itertools
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from farebox.dialects import DIALECTS
from farebox.providers.table import PROVIDERS
from farebox.recorder.spend import SpendJob
from farebox.records.record import Record
from farebox.records.windows import WINDOWS
from farebox.sinks.database import DatabaseSink
from farebox.sinks.metric_specs import COUNTERS, GAUGES
from farebox.sinks.metrics import KINDS, MetricsSink
from farebox.sinks.model_labels import MODELS_LIMIT, UNKNOWN_MODELS_LIMIT
from farebox.sinks.rate_limits import LIMITS_LIMIT
from farebox.sinks.series import CALLS_LIMIT, SERIES_LIMIT
from farebox.sinks.spend_gauges import SpendGauges
from farebox.store.spend import SCOPES
from prometheus_client import CollectorRegistry, disable_created_metrics, enable_created_metrics

from tests.support.ledgers import new_ledger
from tests.support.samples import record

COST_STATUSES = ("reported", "priced", "partial", "estimated", "free", "unpriced")
OUTCOMES = ("ok", "http_error", "client_abort", "provider_cut", "network_error", "sidecar_stop", "blocked")
CARD = {"input_tokens": "2.5 per million", "cache_read_tokens": "1.25 per million"}
# All that a call can have.
FULL: dict[str, Any] = {
    **dict.fromkeys(KINDS.values(), 9),
    **dict.fromkeys(("duration_ms", "ttft_ms", "overhead_us", "cost_nanousd", "catalogue_cost_nanousd"), 5),
    "rate_card": CARD,
}
NAMES = 20


@pytest.fixture(autouse=True)
def without_created() -> Iterator[None]:
    """As in the recorder."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    yield
    enable_created_metrics()  # type: ignore[no-untyped-call]


def count(registry: CollectorRegistry) -> int:
    return sum(len(metric.samples) for metric in registry.collect())


def junk(first: int, last: int) -> Iterator[Record]:
    """Yield calls of made-up models, with 800 statuses and every kind of cost."""
    for number in range(first, last):
        kind = number % 800
        yield record(
            **FULL,
            model_requested=f"junk-{number}",
            status=100 + kind,
            outcome=OUTCOMES[kind % len(OUTCOMES)],
            cost_status=COST_STATUSES[kind % len(COST_STATUSES)],
            operation=("chat", "embeddings", "responses")[kind % 3],
            ratelimit={f"remaining_junk_{number}": 1, f"limit_junk_{number}": 2},
        )


def worst() -> Iterator[Record]:
    """Yield calls to each provider, of as many models as there may be, with all that a call can have."""
    providers = [one.name for one in PROVIDERS]
    names = [
        *(f"known-{number}" for number in range(MODELS_LIMIT)),
        *(f"junk-{n}" for n in range(UNKNOWN_MODELS_LIMIT)),
    ]
    places: list[tuple[str, str | None]] = [("openai", name) for name in names]
    places += [(provider, name) for provider in providers for name in (None, "known-beyond", "junk-beyond")]
    for (provider, name), status in itertools.product(places, COST_STATUSES):
        yield record(**FULL, provider=provider, model_requested=name, cost_status=status, operation="chat")
    for number in range(CALLS_LIMIT):
        yield record(model_requested=names[number % 20], operation=f"made up {number}")
    for provider, outcome, code in itertools.product(providers, OUTCOMES, (None, 99, *range(100, 600, 100))):
        yield record(provider=provider, model_requested="known-0", outcome=outcome, status=code, operation="new")
    for number in range(LIMITS_LIMIT):
        yield record(ratelimit={f"remaining_junk_{number}": 1, f"limit_junk_{number}": 2})


def sink(registry: CollectorRegistry) -> MetricsSink:
    """A sink whose catalogue has the models named "known-..."."""
    return MetricsSink(registry, lambda _provider, model: str(model).startswith("known"))


def test_the_worst_traffic_stays_within_the_limit() -> None:
    registry = CollectorRegistry()
    sink(registry).apply(list(worst()), [])
    spans = len(WINDOWS) + 1
    gauges = spans * (len(SCOPES) * (NAMES + 2) + 1) + 3
    own = sum(len(DIALECTS) if spec.labels == ("dialect",) else 8 for spec in (*COUNTERS.values(), *GAUGES.values()))

    assert 0.8 * SERIES_LIMIT < count(registry) + gauges + own < SERIES_LIMIT


def test_junk_takes_a_part_of_the_limit_and_no_memory_once_that_is_full() -> None:
    registry = CollectorRegistry()
    metrics = sink(registry)
    for batch in itertools.batched(junk(0, 5_000), 100):
        metrics.apply(batch, [])
    full = count(registry)
    tracemalloc.start()

    for batch in itertools.batched(junk(5_000, 10_000), 100):
        metrics.apply(batch, [])
    del batch
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count(registry) == full < SERIES_LIMIT / 3
    assert grown < 100_000


def test_ten_thousand_users_and_keys_have_a_series_for_the_largest(tmp_path: Path) -> None:
    registry, now = CollectorRegistry(), datetime.now(UTC)
    with new_ledger(tmp_path / "ledger.db") as engine:
        told = ({"user_id": f"user {number}", "key_fingerprint": f"key {number}"} for number in range(10_000))
        rows = [record(started_at=now, cost_nanousd=place, **one) for place, one in enumerate(told)]
        DatabaseSink(engine).write(rows, {})

        job = SpendJob(engine, SpendGauges(registry), ZoneInfo("UTC"), names=NAMES)
        # A run takes a limited time; on a busy machine, the next one reads on.
        for _ in range(50):
            job.run()

    [spend] = [metric for metric in registry.collect() if metric.name == "farebox_spend_usd"]
    found = Counter((sample.labels["window"], sample.labels["scope"]) for sample in spend.samples)
    assert found["24h", "user"] == found["24h", "key"] == NAMES + 1
    assert len(spend.samples) <= len(WINDOWS) * (len(SCOPES) * (NAMES + 2) + 1)
