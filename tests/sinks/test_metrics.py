"""Prometheus metrics as a sink."""

from collections import Counter
from typing import Any

import pytest
from farebox.pricing.standard import standard
from farebox.records.record import Completion
from farebox.sinks.metrics import KINDS, MetricsSink
from farebox.sinks.model_labels import MODELS_LIMIT, UNKNOWN_MODELS_LIMIT
from farebox.store.label_sets import LabelSet
from prometheus_client import CollectorRegistry

from tests.support.samples import record

MODEL = {"provider": "openai", "model": "gpt-4o"}


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def sink(registry: CollectorRegistry) -> MetricsSink:
    return MetricsSink(registry, standard().knows)


def count(sink: MetricsSink, **told: Any) -> None:
    sink.apply([record(**{"model_requested": "gpt-4o", **told})], [])


def series(registry: CollectorRegistry, name: str) -> dict[str, float]:
    """Return the sum of `name` by model."""
    sums: Counter[str] = Counter()
    for sample in (sample for metric in registry.collect() for sample in metric.samples):
        if sample.name == name:
            sums[sample.labels["model"]] += sample.value  # type: ignore[assignment]
    return dict(sums)


def names(registry: CollectorRegistry) -> set[str]:
    """Return what has a value other than 0."""
    return {sample.name for metric in registry.collect() for sample in metric.samples if sample.value}


def test_calls_are_counted_by_how_they_ended(registry: CollectorRegistry, sink: MetricsSink) -> None:
    for outcome, status in (("ok", 200), ("ok", 200), ("http_error", 429), ("network_error", None)):
        count(sink, outcome=outcome, status=status, operation="chat")

    found = [
        registry.get_sample_value(
            "farebox_calls_total", {**MODEL, "operation": "chat", "outcome": outcome, "status": status}
        )
        for outcome, status in (("ok", "200"), ("http_error", "429"), ("network_error", ""))
    ]
    assert found == [2, 1, 1]


def test_the_kinds_are_the_totals_and_what_lies_directly_within_them() -> None:
    assert KINDS == {
        "input": "input_tokens",
        "cache_read": "cache_read_tokens",
        "cache_write": "cache_write_tokens",
        "input_audio": "input_audio_tokens",
        "input_image": "input_image_tokens",
        "output": "output_tokens",
        "reasoning": "reasoning_tokens",
        "output_audio": "output_audio_tokens",
        "output_image": "output_image_tokens",
    }


def test_tokens_are_summed_by_kind(registry: CollectorRegistry, sink: MetricsSink) -> None:
    count(sink, input_tokens=900, cache_read_tokens=400, output_tokens=100)
    count(sink, input_tokens=100, reasoning_tokens=7)

    kinds = {
        kind: registry.get_sample_value("farebox_tokens_total", {**MODEL, "kind": kind})
        for kind in ("input", "cache_read", "output", "reasoning", "cache_write", "input_audio")
    }
    assert kinds == {
        "input": 1000, "cache_read": 400, "output": 100, "reasoning": 7, "cache_write": None, "input_audio": None
    }  # fmt: skip


def test_cost_is_summed_in_usd_by_how_sure_it_is(registry: CollectorRegistry, sink: MetricsSink) -> None:
    count(sink, cost_nanousd=1_500_000_000, cost_status="priced")
    count(sink, cost_nanousd=500_000_000, cost_status="priced")
    count(sink, cost_nanousd=250_000_000, cost_status="partial")
    count(sink, cost_nanousd=0, cost_status="free")

    found = {
        status: registry.get_sample_value("farebox_cost_usd_total", {**MODEL, "cost_status": status})
        for status in ("priced", "partial", "free")
    }
    assert found == {"priced": 2.0, "partial": 0.25, "free": 0.0}


def test_what_is_not_known_emits_no_sample(registry: CollectorRegistry, sink: MetricsSink) -> None:
    count(sink, cost_status="none")

    counted = {name for name in names(registry) if not name.endswith("_created")}
    assert counted == {"farebox_calls_total", "farebox_billing_calls_total"}


def test_unpriced_calls_are_counted(registry: CollectorRegistry, sink: MetricsSink) -> None:
    count(sink, cost_status="unpriced")
    count(sink, cost_status="unpriced", model_requested=None)
    count(sink, cost_status="none")

    assert series(registry, "farebox_unpriced_calls_total") == {"gpt-4o": 1, "": 1}
    assert registry.get_sample_value("farebox_cost_usd_total", {**MODEL, "cost_status": "unpriced"}) is None


def test_the_model_as_served_is_the_label(registry: CollectorRegistry, sink: MetricsSink) -> None:
    count(sink, model_requested="gpt-5", model_returned="gpt-4o")

    assert series(registry, "farebox_calls_total") == {"gpt-4o": 1}


@pytest.mark.parametrize(
    ("told", "name", "expected"),
    [
        ({"duration_ms": 1500}, "farebox_call_duration_seconds", 1.5),
        ({"ttft_ms": 250}, "farebox_time_to_first_token_seconds", 0.25),
    ],
)
def test_times_are_observed_in_seconds(
    registry: CollectorRegistry, sink: MetricsSink, told: dict[str, int], name: str, expected: float
) -> None:
    count(sink, **told)

    assert registry.get_sample_value(f"{name}_sum", MODEL) == expected
    assert registry.get_sample_value(f"{name}_count", MODEL) == 1


def test_our_own_time_is_observed_in_seconds(registry: CollectorRegistry, sink: MetricsSink) -> None:
    count(sink, overhead_us=500)

    assert registry.get_sample_value("farebox_overhead_seconds_sum") == 0.0005
    assert registry.get_sample_value("farebox_overhead_seconds_bucket", {"le": "0.0005"}) == 1


def test_junk_model_names_share_one_series_after_a_cap(registry: CollectorRegistry, sink: MetricsSink) -> None:
    for number in range(10_000):
        count(sink, model_requested=f"junk-{number}")
    count(sink)
    count(sink, model_requested="junk-0")

    calls = series(registry, "farebox_calls_total")
    assert len(calls) == UNKNOWN_MODELS_LIMIT + 2
    assert (calls["gpt-4o"], calls["junk-0"], calls["other"]) == (1, 2, 10_000 - UNKNOWN_MODELS_LIMIT)
    assert registry.get_sample_value("farebox_calls_over_series_cap_total") == 10_000 - UNKNOWN_MODELS_LIMIT


def test_known_model_names_are_capped_too(registry: CollectorRegistry) -> None:
    sink = MetricsSink(registry, lambda _provider, _model: True)

    for number in range(MODELS_LIMIT + 10):
        count(sink, model_requested=f"known-{number}")

    assert len(series(registry, "farebox_calls_total")) == MODELS_LIMIT + 1
    assert series(registry, "farebox_calls_total")["other"] == 10


def test_a_repeated_call_is_a_retry(registry: CollectorRegistry, sink: MetricsSink) -> None:
    for attempt in (None, 1, 2, 3):
        count(sink, attempt=attempt)

    assert registry.get_sample_value("farebox_retries_total", {"provider": "openai"}) == 2


def test_savings_of_a_cache_are_counted(registry: CollectorRegistry, sink: MetricsSink) -> None:
    card = {"input_tokens": "2.5 per million", "cache_read_tokens": "1.25 per million"}

    count(sink, input_tokens=2_000_000, cache_read_tokens=1_000_000, rate_card=card)

    assert registry.get_sample_value("farebox_cache_saved_usd_total", MODEL) == 1.25


def test_what_the_ledger_has_seen_starts_at_0(registry: CollectorRegistry, sink: MetricsSink) -> None:
    known = {"input_tokens": 5, "cache_read_tokens": 0, "cost_nanousd": 5, "catalogue_cost_nanousd": 5}
    known |= {"duration_ms": 5, "ttft_ms": 0}
    sink.expect([LabelSet("openai", "gpt-4o", "chat", "ok", 200, "reported", known)])

    here = {**MODEL, "operation": "chat", "outcome": "ok", "status": "200"}
    found = [
        registry.get_sample_value("farebox_calls_total", here),
        registry.get_sample_value("farebox_calls_total", {**here, "outcome": "http_error", "status": "429"}),
        registry.get_sample_value("farebox_tokens_total", {**MODEL, "kind": "input"}),
        registry.get_sample_value("farebox_tokens_total", {**MODEL, "kind": "cache_read"}),
        registry.get_sample_value("farebox_cost_usd_total", {**MODEL, "cost_status": "reported"}),
        registry.get_sample_value("farebox_catalogue_cost_usd_total", MODEL),
        registry.get_sample_value("farebox_unpriced_calls_total", MODEL),
        registry.get_sample_value("farebox_call_duration_seconds_count", MODEL),
        registry.get_sample_value("farebox_time_to_first_token_seconds_count", MODEL),
        registry.get_sample_value("farebox_retries_total", {"provider": "openai"}),
    ]
    assert found == [0, 0, 0, None, 0, 0, None, 0, None, 0]


def test_a_completion_adds_what_it_adds_and_no_call(sink: MetricsSink, registry: CollectorRegistry) -> None:
    before = record(model_returned="gpt-4o", input_tokens=40, cost_nanousd=1_000_000)
    after = record(model_returned="gpt-4o", input_tokens=100, output_tokens=7, cost_nanousd=3_000_000)
    sink.apply([before], [])

    sink.apply([], [Completion(before, after)])

    assert registry.get_sample_value("farebox_tokens_total", {**MODEL, "kind": "input"}) == 100
    assert registry.get_sample_value("farebox_tokens_total", {**MODEL, "kind": "output"}) == 7
    assert registry.get_sample_value("farebox_cost_usd_total", {**MODEL, "cost_status": "priced"}) == 0.003
    calls = {**MODEL, "operation": "", "outcome": "ok", "status": ""}
    assert registry.get_sample_value("farebox_calls_total", calls) == 1
