"""The money gauges: what the ledger says, as of the last time that it was read."""

import time
from collections.abc import Callable, Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from .metric_specs import PREFIX, family

# After so long without a figure from the ledger there is none: an old sum would pass for the current one.
STALE_SECONDS = 300.0
NAMES = ("spend_usd", "spend_usual_usd", "spend_forecast_usd", "spend_uncertain_calls")
_NANO = 1_000_000_000

# The labels of a series in their order, and nano-USD or calls.
Series = tuple[Sequence[str], float]


class SpendGauges(Collector):
    """Shows the sums of the last `show`; a scrape costs no query."""

    def __init__(self, registry: CollectorRegistry, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shown: list[GaugeMetricFamily] = []
        self._shown_at = float("-inf")
        registry.register(self)

    def show(self, *found: Sequence[Series]) -> None:
        """Show for each of NAMES the series that are `found`."""
        shown = []
        for name, series in zip(NAMES, found, strict=True):
            metric = family(name)
            for labels, amount in series:
                metric.add_metric(labels, amount / _NANO if name.endswith("_usd") else amount)
            shown.append(metric)
        self._shown, self._shown_at = shown, self._clock()

    @property
    def windows(self) -> dict[str, float]:
        """All spend of each window in USD, as far as it is known."""
        samples = (sample for metric in self.collect() for sample in metric.samples)
        return {
            sample.labels["window"]: sample.value
            for sample in samples
            if sample.name == PREFIX + NAMES[0] and sample.labels["scope"] == "all"
        }

    def collect(self) -> Iterator[GaugeMetricFamily]:
        if self._clock() - self._shown_at < STALE_SECONDS:
            yield from self._shown
        else:
            yield from map(family, NAMES)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        return map(family, NAMES)
