"""A failure is counted each time and logged once for each kind of error."""

import logging

import pytest
from farebox.recorder.failures import Failures
from farebox.sinks.metrics import MetricsSink
from prometheus_client import CollectorRegistry


def test_failures_of_a_sink_are_counted_under_the_name_of_its_file(caplog: pytest.LogCaptureFixture) -> None:
    registry, sink = CollectorRegistry(), MetricsSink(CollectorRegistry(), lambda _provider, _model: True)
    failures = Failures(registry)

    failures.expect_sink(sink)
    before = registry.get_sample_value("farebox_sink_failures_total", {"sink": "metrics"})
    for error in (ValueError("secret"), ValueError("secret"), KeyError("secret")):
        failures.of_sink(sink, error)

    assert before == 0
    assert registry.get_sample_value("farebox_sink_failures_total", {"sink": "metrics"}) == 3
    effect = "its figures lack a batch; the ledger has it; further failures of this kind are only counted"
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.ERROR, f"sink metrics failed ({kind}): {effect}") for kind in ("ValueError", "KeyError")
    ]


def test_failures_of_a_job_are_counted_under_its_name(caplog: pytest.LogCaptureFixture) -> None:
    registry = CollectorRegistry()
    failures = Failures(registry)

    failures.expect_job("purge")
    before = registry.get_sample_value("farebox_job_failures_total", {"job": "purge"})
    for name in ("purge", "purge", "prices"):
        failures.of_job(name, ValueError("secret"))

    assert before == 0
    assert registry.get_sample_value("farebox_job_failures_total", {"job": "purge"}) == 2
    effect = "it runs again after its period; further failures of this kind are only counted"
    assert [record.getMessage() for record in caplog.records] == [
        f"job {name} failed (ValueError): {effect}" for name in ("purge", "prices")
    ]
