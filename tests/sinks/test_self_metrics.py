"""The metrics of farebox itself."""

import farebox
from farebox.sinks.self_metrics import SelfMetrics
from prometheus_client import CollectorRegistry


def names(registry: CollectorRegistry) -> set[str]:
    """Return what has a value other than 0."""
    return {sample.name for metric in registry.collect() for sample in metric.samples if sample.value}


def test_farebox_reports_about_itself() -> None:
    registry = CollectorRegistry()
    own = SelfMetrics(registry)

    own.inflight(3)
    own.pending(4)
    own.dropped(5)
    own.tls_untrusted(6)
    own.dead_lettered()
    own.meter_failures([("openai_chat", 1), ("openai_chat", 2)])
    own.usage_refusals([("openai", 1), ("openai", 3)])

    found = {name: registry.get_sample_value(name) for name in names(registry) if not name.endswith("_created")}
    labelled = {
        "farebox_build_info": registry.get_sample_value("farebox_build_info", {"version": farebox.__version__}),
        "farebox_meter_failures_total": registry.get_sample_value(
            "farebox_meter_failures_total", {"dialect": "openai_chat"}
        ),
        "farebox_usage_refusals_total": registry.get_sample_value(
            "farebox_usage_refusals_total", {"provider": "openai"}
        ),
    }
    assert {**found, **labelled} == {
        "farebox_inflight_calls": 3,
        "farebox_spool_pending": 4,
        "farebox_records_dropped_total": 5,
        "farebox_tls_untrusted_connections_total": 6,
        "farebox_records_dead_lettered_total": 1,
        "farebox_build_info": 1,
        "farebox_meter_failures_total": 3,
        "farebox_usage_refusals_total": 4,
    }


def test_the_age_of_the_catalogue_is_asked_for_at_each_scrape() -> None:
    registry, ages = CollectorRegistry(), iter([10.0, 20.0])
    SelfMetrics(registry).catalogue_age(lambda: next(ages))

    seen = [registry.get_sample_value("farebox_price_catalogue_age_seconds") for _ in range(2)]

    assert seen == [10.0, 20.0]
