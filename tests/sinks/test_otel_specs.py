"""OpenTelemetry's names, as Prometheus spells them."""

import pytest
from farebox.sinks.otel_specs import ATTRIBUTES, NAMES, SPECS, OtelSpec, counter, family, histogram
from prometheus_client import CollectorRegistry


def test_a_name_has_its_unit_unless_it_counts_tokens() -> None:
    assert family("gen_ai.client.operation.duration") == "gen_ai_client_operation_duration_seconds"
    assert (
        family("gen_ai.client.inference.usage.cache_read.input_tokens")
        == "gen_ai_client_inference_usage_cache_read_input_tokens"
    )


@pytest.mark.parametrize(("name", "spec"), SPECS.items(), ids=SPECS)
def test_a_metric_and_its_attributes_are_found_again_by_what_prometheus_calls_them(name: str, spec: OtelSpec) -> None:
    registry = CollectorRegistry()
    (histogram if spec.unit == "s" else counter)(name, registry).labels(*("x" for _ in spec.attributes))

    [metric] = registry.collect()

    assert NAMES[metric.name] == name
    found = {label for sample in metric.samples for label in sample.labels} - {"le"}
    assert {ATTRIBUTES[label] for label in found} == set(spec.attributes)
