"""What every sink has in common."""

from farebox.records.record import Completion
from farebox.sinks.metrics import MetricsSink
from farebox.sinks.sink import Sink
from prometheus_client import CollectorRegistry

from tests.support.samples import record


def test_the_metrics_are_a_sink() -> None:
    registry = CollectorRegistry()
    sink: Sink = MetricsSink(registry, lambda _provider, _model: True)
    before = record(model_returned="m", output_tokens=1)

    sink.apply([before], [Completion(before, record(model_returned="m", output_tokens=3))])

    labels = {"provider": "openai", "model": "m", "kind": "output"}
    assert registry.get_sample_value("farebox_tokens_total", labels) == 3
