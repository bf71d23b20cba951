"""The table of metrics."""

from itertools import pairwise

import pytest
from farebox.sinks.metric_specs import COUNTERS, GAUGES, HISTOGRAMS, Spec, counter, gauge, histogram
from prometheus_client import CollectorRegistry

SPECS = {**COUNTERS, **GAUGES, **HISTOGRAMS}


def test_no_name_stands_in_two_tables() -> None:
    assert len(SPECS) == len(COUNTERS) + len(GAUGES) + len(HISTOGRAMS)


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_a_help_text_is_a_line_that_ends(spec: Spec) -> None:
    assert "\n" not in spec.help
    assert spec.help.endswith(".") or spec == GAUGES["build_info"]


@pytest.mark.parametrize("name", COUNTERS)
def test_a_counter_ends_in_total(name: str) -> None:
    registry = CollectorRegistry()
    labels = dict.fromkeys(COUNTERS[name].labels, "x")

    made = counter(name, registry)
    (made.labels(**labels) if labels else made).inc(2)

    assert not name.endswith("_total")
    assert registry.get_sample_value(f"farebox_{name}_total", labels) == 2


@pytest.mark.parametrize("name", GAUGES)
def test_a_gauge_has_its_labels(name: str) -> None:
    registry = CollectorRegistry()
    labels = dict.fromkeys(GAUGES[name].labels, "x")

    made = gauge(name, registry)
    (made.labels(**labels) if labels else made).set(3)

    assert registry.get_sample_value(f"farebox_{name}", labels) == 3


@pytest.mark.parametrize("name", HISTOGRAMS)
def test_a_histogram_has_its_buckets_in_rising_order(name: str) -> None:
    registry, spec = CollectorRegistry(), HISTOGRAMS[name]
    labels = dict.fromkeys(spec.labels, "x")

    made = histogram(name, registry)
    (made.labels(**labels) if labels else made).observe(spec.buckets[0])

    assert all(low < high for low, high in pairwise(spec.buckets))
    assert registry.get_sample_value(f"farebox_{name}_bucket", {**labels, "le": str(spec.buckets[0])}) == 1


@pytest.mark.parametrize("make", [counter, gauge, histogram])
def test_a_name_that_is_in_no_table_is_an_error(make: object) -> None:
    with pytest.raises(LookupError, match="moods"):
        make("moods", CollectorRegistry())  # type: ignore[operator]
