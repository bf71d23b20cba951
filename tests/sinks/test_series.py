"""The label sets of calls, bounded."""

import pytest
from farebox.sinks.metric_specs import counter
from farebox.sinks.series import FAILURES, CallSeries
from prometheus_client import CollectorRegistry

CHAT = ("openai", "gpt-4o", "chat")


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def new(registry: CollectorRegistry, limit: int) -> CallSeries:
    return CallSeries(counter("calls", registry).labels, limit)


def label_sets(registry: CollectorRegistry) -> set[tuple[str, ...]]:
    [metric] = registry.collect()
    return {tuple(sample.labels.values()) for sample in metric.samples if sample.name.endswith("_total")}


def test_the_first_failure_of_a_called_model_grows_a_series_that_exists(registry: CollectorRegistry) -> None:
    new(registry, 100).of(CHAT, "ok", 200)

    found = label_sets(registry)
    assert {("http_error", status) for status in ("401", "429", "500", "503", "529")} < {one[3:] for one in found}
    assert ("network_error", "") in {one[3:] for one in found}
    assert len(found) == 1 + len(FAILURES)


def test_beyond_the_limit_calls_are_counted_by_provider_and_class_of_status(registry: CollectorRegistry) -> None:
    series = new(registry, 2)

    beyond = [series.of(CHAT, "http_error", status)[1] for status in (400, 404, 413, 422, 400)]

    assert beyond == [False, False, True, True, False]
    assert ("openai", "other", "other", "http_error", "4xx") in label_sets(registry)


@pytest.mark.parametrize("limit", [0, 10, 300])
def test_junk_of_every_kind_stays_within_the_limit(registry: CollectorRegistry, limit: int) -> None:
    series = new(registry, limit)

    for number in range(2_000):
        series.of(("openai", f"m{number}", f"o{number % 7}"), "http_error", number)[0].inc()

    [metric] = registry.collect()
    samples = [sample.value for sample in metric.samples if sample.name.endswith("_total")]
    assert sum(samples) == 2_000
    assert len(samples) <= limit + len(FAILURES) + 6
