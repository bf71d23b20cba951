"""`/metrics` and `/healthz` over HTTP."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPResponse

import pytest
from farebox.recorder.health import Health
from farebox.recorder.http import healthz, serve
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families


class RunningServer:
    """A running server that reports `health`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.health = Health(1, 0, None)
        self.server = serve(("127.0.0.1", 0), self.registry, lambda: self.health)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def get(self, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=10)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer, answer.read()


@pytest.fixture(scope="module")
def running() -> Iterator[RunningServer]:
    with closing(RunningServer()) as running:
        passengers = Counter("passengers", "Paying passengers.", ["line"], registry=running.registry)
        passengers.labels('a "quoted" one\n').inc(3)
        yield running


@pytest.mark.parametrize("path", ["/metrics", "/metrics?name=x"])
def test_metrics_are_what_prometheus_reads(running: RunningServer, path: str) -> None:
    answer, body = running.get(path)

    samples = [sample for family in text_string_to_metric_families(body.decode()) for sample in family.samples]
    assert (answer.status, answer.headers["Content-Length"]) == (200, str(len(body)))
    assert (answer.headers["Content-Type"] or "").startswith("text/plain")
    assert [(sample.name, sample.labels, sample.value) for sample in samples][:1] == [
        ("passengers_total", {"line": 'a "quoted" one\n'}, 3.0)
    ]


def test_openmetrics_is_served_on_request(running: RunningServer) -> None:
    answer, body = running.get("/metrics", Accept="application/openmetrics-text; version=1.0.0")

    assert (answer.headers["Content-Type"] or "").startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


@pytest.mark.parametrize(
    ("health", "status", "body"),
    [
        (
            Health(2, 0, None, expected=4, dropped=9),
            200,
            {"status": "ok", "workers": 2, "ledger": "ok", "pending": 0, "trouble": None, "expected": 4, "dropped": 9},
        ),
        (
            Health(1, 7, "OperationalError"),
            200,
            {"status": "ok", "workers": 1, "ledger": "behind", "pending": 7, "trouble": "OperationalError"},
        ),
        (
            Health(0, 0, None),
            503,
            {"status": "no worker reports", "workers": 0, "ledger": "ok", "pending": 0, "trouble": None},
        ),
    ],
    ids=["well", "behind", "no worker"],
)
def test_health_is_served(running: RunningServer, health: Health, status: int, body: dict[str, object]) -> None:
    running.health = health

    answer, content = running.get("/healthz")

    nothing_seen = {"connections": 0, "passed": {}, "unread": {}, "untrusted": [], "skew_ms": None}
    nothing = {"expected": 1, "dropped": 0, "clients": nothing_seen}
    assert (answer.status, json.loads(content)) == (status, nothing | body)
    assert answer.headers["Content-Type"] == "application/json"
    assert healthz(health) == (status, content)


@pytest.mark.parametrize("path", ["/", "/metricsx", "/healthz/", "/.."])
def test_other_paths_are_not_found(running: RunningServer, path: str) -> None:
    answer, body = running.get(path)

    assert answer.status == 404
    assert b"/metrics and /healthz" in body


def test_a_request_is_not_logged(running: RunningServer, capfd: pytest.CaptureFixture[str]) -> None:
    running.get("/nothing?key=secret")

    assert capfd.readouterr() == ("", "")


def test_a_port_that_is_taken_is_an_error(running: RunningServer) -> None:
    with pytest.raises(OSError, match="in use"):
        serve(("127.0.0.1", running.server.server_port), running.registry, lambda: running.health)
