"""Records under OpenTelemetry's names."""

from typing import Any

import pytest
from farebox.records.columns import LIST_MODELS
from farebox.records.record import Completion
from farebox.sinks.otel_metrics import ERRORS_LIMIT, PLACES_LIMIT, OtelMetrics
from prometheus_client import CollectorRegistry, disable_created_metrics, enable_created_metrics

from tests.support.samples import record

PLACE = {
    "gen_ai_operation_name": "chat",
    "gen_ai_provider_name": "openai",
    "gen_ai_request_model": "gpt-4o",
    "gen_ai_response_model": "gpt-4o-2024-08-06",
}
GIVEN = {"operation": "chat", "model_requested": "gpt-4o", "model_returned": "gpt-4o-2024-08-06", "duration_ms": 1500}
USAGE = "gen_ai_client_inference_usage_"
DURATION = "gen_ai_client_operation_duration_seconds"


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def sink(registry: CollectorRegistry) -> OtelMetrics:
    return OtelMetrics(registry, lambda _provider, _model: True)


def count(sink: OtelMetrics, **told: Any) -> None:
    sink.apply([record(**{**GIVEN, **told})], [])


def tokens(registry: CollectorRegistry, name: str, modality: str = "unknown", **place: str) -> float | None:
    labels = {**PLACE, **place, "gen_ai_token_modality": modality}
    return registry.get_sample_value(f"{USAGE}{name}_tokens_total", labels)


def test_totals_include_what_lies_within_them(registry: CollectorRegistry, sink: OtelMetrics) -> None:
    count(sink, input_tokens=900, cache_read_tokens=400, cache_write_tokens=0, output_tokens=70, reasoning_tokens=30)

    found = [tokens(registry, name) for name in ("input", "output", "cache_read_input", "cache_write_input")]
    assert found == [900, 70, 400, 0]
    assert tokens(registry, "reasoning_output", "text") == 30


def test_modalities_add_up_to_the_total(registry: CollectorRegistry, sink: OtelMetrics) -> None:
    count(sink, input_tokens=900, input_audio_tokens=200, input_image_tokens=300, output_tokens=5)

    assert [tokens(registry, "input", modality) for modality in ("text", "audio", "image")] == [400, 200, 300]
    assert (tokens(registry, "input"), tokens(registry, "output")) == (None, 5)


def test_estimated_tokens_are_not_reported_usage(registry: CollectorRegistry, sink: OtelMetrics) -> None:
    count(sink, input_tokens=900, output_tokens=70, estimate={"output_tokens": [60, 80]})

    assert (tokens(registry, "input"), tokens(registry, "output")) == (900, None)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({}, ""),
        ({"outcome": "http_error", "status": 429}, "429"),
        ({"outcome": "http_error", "status": 477}, "4xx"),
        ({"outcome": "network_error"}, "network_error"),
    ],
)
def test_a_duration_has_the_kind_of_its_error(
    registry: CollectorRegistry, sink: OtelMetrics, told: dict[str, Any], error: str
) -> None:
    count(sink, **told)

    assert registry.get_sample_value(f"{DURATION}_sum", {**PLACE, "error_type": error}) == 1.5


def test_a_failed_call_has_used_no_tokens(registry: CollectorRegistry, sink: OtelMetrics) -> None:
    count(sink, outcome="http_error", status=429)

    assert (tokens(registry, "input"), tokens(registry, "output")) == (0, 0)


def test_an_unknown_usage_is_not_zero(registry: CollectorRegistry, sink: OtelMetrics) -> None:
    count(sink)

    assert tokens(registry, "input") is None


def test_only_streams_have_a_first_chunk(registry: CollectorRegistry, sink: OtelMetrics) -> None:
    count(sink, ttfb_ms=250)
    count(sink, ttfb_ms=250, streamed=True)

    name = "gen_ai_client_operation_time_to_first_chunk_seconds"
    assert [registry.get_sample_value(f"{name}_{part}", PLACE) for part in ("count", "sum")] == [1, 0.25]


def test_a_provider_has_opentelemetrys_name(registry: CollectorRegistry, sink: OtelMetrics) -> None:
    count(sink, provider="bedrock", input_tokens=5)
    count(sink, provider="riverside", input_tokens=6)

    names = ("aws.bedrock", "riverside")
    assert [tokens(registry, "input", gen_ai_provider_name=name) for name in names] == [5, 6]


def test_a_list_of_models_is_no_call(registry: CollectorRegistry, sink: OtelMetrics) -> None:
    count(sink, operation=LIST_MODELS)

    assert not [sample for metric in registry.collect() for sample in metric.samples]


def test_a_completion_adds_what_it_adds(registry: CollectorRegistry, sink: OtelMetrics) -> None:
    before, after = record(**GIVEN, input_tokens=40), record(**GIVEN, input_tokens=100, output_tokens=7)
    sink.apply([before], [])

    sink.apply([], [Completion(before, after)])

    assert (tokens(registry, "input"), tokens(registry, "output")) == (100, 7)
    assert registry.get_sample_value(f"{DURATION}_count", {**PLACE, "error_type": ""}) == 1


def test_junk_of_every_kind_makes_a_bounded_number_of_series(registry: CollectorRegistry, sink: OtelMetrics) -> None:
    disable_created_metrics()  # type: ignore[no-untyped-call]
    for number in range(3_000):
        told = {"outcome": "http_error", "status": 100 + number % 800} if number % 2 else {}
        count(sink, model_requested=f"m{number}", input_tokens=1, ttfb_ms=1, streamed=True, **told)
    found = list(registry.collect())
    enable_created_metrics()  # type: ignore[no-untyped-call]

    [duration] = [metric for metric in found if metric.name == DURATION]
    calls = [sample for sample in duration.samples if sample.name.endswith("_count")]
    assert sum(sample.value for sample in calls) == 3_000
    assert len(calls) <= PLACES_LIMIT + ERRORS_LIMIT + 3
    assert sum(len(metric.samples) for metric in found) < 8_000
