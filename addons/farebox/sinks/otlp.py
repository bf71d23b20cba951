"""Pushes metrics to an OpenTelemetry collector, by the SDK's own exporter, which the extra `otel` brings."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Sample

from .. import __version__
from ..errors import FareboxError
from ..home.installation import extra_command
from .otel_specs import ATTRIBUTES, NAMES, SPECS

# Names and values of the labels of a series.
_Labels = tuple[tuple[str, str], ...]


def missing() -> str:
    """Return that the SDK is not installed, and how to install it."""
    return f"otlp needs the OpenTelemetry SDK, which is not installed: {extra_command('otel')}"


class ExportError(FareboxError):
    """The collector took nothing."""


class Push:
    """Sends what `registries` hold to `url` at each `run`: cumulative, since `begins` (nanoseconds since 1970).

    FareboxError if the SDK isn't installed.
    """

    def __init__(
        self, url: str, registries: Iterable[CollectorRegistry], sidecar: str, clock: Callable[[], int], begins: int
    ) -> None:
        try:
            # An extra, and 20 MB of memory: who pushes nothing does without.
            from opentelemetry.exporter.otlp.proto.http import metric_exporter  # noqa: PLC0415
            from opentelemetry.sdk.metrics import export  # noqa: PLC0415
            from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
            from opentelemetry.sdk.util.instrumentation import InstrumentationScope  # noqa: PLC0415
        except ImportError as error:
            raise FareboxError(missing()) from error
        # It would log each failure, and what the collector answers.
        logging.getLogger(metric_exporter.__name__).setLevel(logging.CRITICAL)
        self._sdk, self._success = export, export.MetricExportResult.SUCCESS
        self._exporter = metric_exporter.OTLPMetricExporter(url)
        self._resource = Resource(
            {"service.name": "farebox", "service.version": __version__, "service.instance.id": sidecar}
        )
        self._scope = InstrumentationScope("farebox", __version__)
        self._registries = list(dict.fromkeys(registries))
        self._clock = clock
        self._begins = begins

    def run(self) -> None:
        """Send all metrics. ExportError if the collector doesn't take them."""
        now = self._clock()
        found = [self._metric(one, now) for registry in self._registries for one in registry.collect() if one.samples]
        scope = self._sdk.ScopeMetrics(self._scope, found, "")
        data = self._sdk.MetricsData([self._sdk.ResourceMetrics(self._resource, [scope], "")])
        if self._exporter.export(data) is not self._success:
            raise ExportError("the collector did not take the metrics")

    def _metric(self, family: Metric, now: int) -> Any:
        name = NAMES.get(family.name)
        cumulative = self._sdk.AggregationTemporality.CUMULATIVE
        data: Any
        if family.type == "histogram":
            data = self._sdk.Histogram(list(self._histograms(family.samples, now)), cumulative)
        elif family.type == "counter":
            data = self._sdk.Sum(self._points(family.samples, now, self._begins), cumulative, is_monotonic=True)
        else:
            data = self._sdk.Gauge(self._points(family.samples, now, 0))
        if name is not None:
            return self._sdk.Metric(name, family.documentation, SPECS[name].unit, data)
        # As /metrics has it, with the unit and `_total`, so that a query fits whatever brought the metric.
        suffix = "_total" if family.type == "counter" else ""
        return self._sdk.Metric(family.name + suffix, family.documentation, "", data)

    def _points(self, samples: Sequence[Sample], now: int, begins: int) -> list[Any]:
        return [
            self._sdk.NumberDataPoint(_attributes(one.labels), begins, now, one.value)
            for one in samples
            if not one.name.endswith("_created")
        ]

    def _histograms(self, samples: Sequence[Sample], now: int) -> Iterator[Any]:
        for labels, (bounds, counts, total) in _series(samples).items():
            each = [counts[0], *(later - earlier for earlier, later in pairwise(counts))]
            yield self._sdk.HistogramDataPoint(
                *(_attributes(dict(labels)), self._begins, now, counts[-1], total, each, bounds[:-1]),
                # Prometheus' histograms have neither.
                min=None,  # type: ignore[arg-type]
                max=None,  # type: ignore[arg-type]
            )


def _series(samples: Sequence[Sample]) -> Mapping[_Labels, tuple[list[float], list[int], float]]:
    """Return the upper bounds, the cumulative counts and the sum of each series of a histogram."""
    bounds, counts = defaultdict[_Labels, list[float]](list), defaultdict[_Labels, list[int]](list)
    sums: dict[_Labels, float] = {}
    for sample in samples:
        labels = tuple((name, value) for name, value in sample.labels.items() if name != "le")
        if sample.name.endswith("_bucket"):
            bounds[labels].append(float(sample.labels["le"]))
            counts[labels].append(int(sample.value))
        elif sample.name.endswith("_sum"):
            sums[labels] = sample.value
    return {labels: (bounds[labels], counts[labels], total) for labels, total in sums.items()}


def _attributes(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels under OpenTelemetry's names; an empty one is none, as in Prometheus."""
    return {ATTRIBUTES.get(name, name): value for name, value in labels.items() if value}
