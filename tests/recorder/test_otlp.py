"""OpenTelemetry's metrics of a running sidecar."""

import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
from farebox.config.otlp import Otlp
from farebox.config.settings import Settings
from farebox.recorder.otlp import Otel
from prometheus_client import CollectorRegistry, Counter

from tests.conftest import StartSidecar
from tests.support import chats
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.postgres import free_port
from tests.support.sidecar import Sidecar
from tests.support.upstream import Upstream

# Fails if the SDK is imported before anything is pushed.
IMPORTS = """
import sys
import farebox.recorder.process
sys.exit(any(name.startswith("opentelemetry.sdk") for name in sys.modules))
"""
USAGE = "gen_ai.client.inference.usage"


def test_without_an_endpoint_the_sdk_is_not_imported() -> None:
    assert subprocess.run([sys.executable, "-c", IMPORTS], check=False, timeout=120).returncode == 0


def test_nothing_is_counted_twice_unless_asked_for() -> None:
    otel = Otel(Settings(), CollectorRegistry(), lambda _provider, _model: True)

    assert (otel.sinks, otel.jobs()) == ([], [])


def test_without_the_sdk_the_recorder_goes_on_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    settings = Settings(otlp=Otlp(endpoint="http://collector.example.com:4318"))

    assert Otel(settings, CollectorRegistry(), lambda _provider, _model: True).jobs() == []
    assert "[otel]'" in caplog.text


def test_the_job_pushes_what_is_counted() -> None:
    registry = CollectorRegistry()
    Counter("passengers", "Paying passengers.", registry=registry).inc(3)
    with OtlpReceiver() as receiver:
        settings = Settings(otlp=Otlp(endpoint=receiver.url, interval=7))
        [job] = Otel(settings, registry, lambda _provider, _model: True).jobs()
        job.run()

        assert (job.name, job.period, receiver.total("passengers_total")) == ("otlp", 7, 3)


def ask(sidecar: Sidecar, upstream: Upstream, times: int) -> None:
    upstream.answer = chats.answer
    with httpx2.Client(proxy=sidecar.proxy, timeout=60, trust_env=False) as client:
        for number in range(times):
            body = {"model": "gpt-4o", "messages": [], "stream": bool(number % 2)}
            assert client.post("http://www.example.org/v1/chat/completions", json=body).status_code == 200


@pytest.mark.slow
def test_what_a_collector_receives_is_what_the_ledger_has(start_sidecar: StartSidecar, upstream: Upstream) -> None:
    with OtlpReceiver() as receiver:
        told = {
            "FAREBOX_OTLP_ENDPOINT": receiver.url,
            "FAREBOX_OTLP_INTERVAL": "1",
            "FAREBOX_METRICS_OTEL_NAMES": "true",
        }
        sidecar = start_sidecar(upstream, environment=told)
        ask(sidecar, upstream, 5)
        rows = sidecar.rows(5)
        deadline = time.monotonic() + 60
        while receiver.total("farebox_calls_total") != 5:
            assert time.monotonic() < deadline, receiver.metrics.keys()
            time.sleep(0.1)

        sums = {kind: sum(row[f"{kind}_tokens"] for row in rows) for kind in ("input", "output")}
        assert {kind: receiver.total(f"{USAGE}.{kind}_tokens") for kind in sums} == sums
        seconds = sum(row["duration_ms"] for row in rows) / 1000
        assert receiver.total("gen_ai.client.operation.duration") == pytest.approx(seconds)
        shown = sidecar.metrics()

    name = f"{USAGE.replace('.', '_')}_input_tokens_total"
    assert sum(value for series, value in shown.items() if series.startswith(name)) == sums["input"]


@pytest.mark.slow
def test_a_collector_that_is_away_is_counted_and_stops_nothing(
    start_sidecar: StartSidecar, upstream: Upstream, tmp_path: Path
) -> None:
    told = {"FAREBOX_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}", "FAREBOX_OTLP_INTERVAL": "1"}
    sidecar = start_sidecar(upstream, environment=told)

    ask(sidecar, upstream, 2)

    sidecar.rows(2)
    deadline = time.monotonic() + 60
    while not (shown := sidecar.metrics()).get('farebox_job_failures_total{job="otlp"}'):
        assert time.monotonic() < deadline, shown
        time.sleep(0.2)
    assert not [name for name in shown if name.startswith("gen_ai")]
    assert sidecar.stop() == 0
