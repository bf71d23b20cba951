"""Metrics as a collector receives them."""

from collections.abc import Iterator

import pytest
from farebox.sinks.metric_specs import counter, gauge, histogram
from farebox.sinks.otel_metrics import OtelMetrics
from farebox.sinks.otlp import ExportError, Push
from prometheus_client import CollectorRegistry

from tests.support.otlp_receiver import OtlpReceiver, labels
from tests.support.samples import record

NOW, BEGINS = 1_800_000_000_000_000_000, 1_790_000_000_000_000_000
MODEL = {"provider": "openai", "model": "gpt-4o"}


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    with OtlpReceiver() as receiver:
        yield receiver


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def push(receiver: OtlpReceiver, registry: CollectorRegistry) -> Push:
    return Push(f"{receiver.url}/v1/metrics", [registry, registry], "shop", lambda: NOW, BEGINS)


def test_a_counter_is_a_cumulative_sum_since_the_start(receiver: OtlpReceiver, registry: CollectorRegistry) -> None:
    counter("unpriced_calls", registry).labels(**MODEL).inc(3)

    push(receiver, registry).run()

    metric = receiver.metrics["farebox_unpriced_calls_total"]
    [point] = metric.sum.data_points
    assert (metric.sum.is_monotonic, metric.sum.aggregation_temporality) == (True, 2)
    assert (point.as_double, labels(point)) == (3, MODEL)
    assert (point.start_time_unix_nano, point.time_unix_nano) == (BEGINS, NOW)
    assert receiver.paths == ["/v1/metrics"]
    assert receiver.resource["service.instance.id"] == "shop"


def test_a_gauge_is_its_value(receiver: OtlpReceiver, registry: CollectorRegistry) -> None:
    gauge("spool_pending", registry).set(7)

    push(receiver, registry).run()

    [point] = receiver.metrics["farebox_spool_pending"].gauge.data_points
    assert point.as_double == 7


def test_a_histogram_has_the_number_in_each_bucket(receiver: OtlpReceiver, registry: CollectorRegistry) -> None:
    made = histogram("overhead_seconds", registry)
    for seconds in (0.0002, 0.0002, 0.003, 5):
        made.observe(seconds)

    push(receiver, registry).run()

    [point] = receiver.metrics["farebox_overhead_seconds"].histogram.data_points
    assert list(point.explicit_bounds) == [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1]
    assert list(point.bucket_counts) == [0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    assert (point.count, point.sum) == (4, pytest.approx(5.0034))
    assert not point.HasField("min")


def test_opentelemetrys_own_metrics_have_its_names_and_units(
    receiver: OtlpReceiver, registry: CollectorRegistry
) -> None:
    sink = OtelMetrics(registry, lambda _provider, _model: True)
    sink.apply([record(operation="chat", model_requested="gpt-4o", input_tokens=900, duration_ms=1500)], [])

    push(receiver, registry).run()

    spent = receiver.metrics["gen_ai.client.inference.usage.input_tokens"]
    [point] = spent.sum.data_points
    assert (spent.unit, point.as_double) == ("{token}", 900)
    assert labels(point) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.token.modality": "unknown",
    }
    assert receiver.metrics["gen_ai.client.operation.duration"].unit == "s"


def test_a_collector_that_refuses_is_an_error_of_the_job(receiver: OtlpReceiver, registry: CollectorRegistry) -> None:
    counter("retries", registry).labels("openai").inc()
    receiver.status = 400

    with pytest.raises(ExportError):
        push(receiver, registry).run()
