"""`/metrics` and `/healthz` over HTTP."""

import base64
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPResponse
from pathlib import Path

import bcrypt
import pytest
import trustme
from farebox.recorder.health import Health
from farebox.recorder.http import Access, healthz, serve
from farebox.recorder.http_access import Passwords
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families

TEXT = "text/plain; charset=utf-8"


class RunningServer:
    """A running server that reports `health`."""

    def __init__(self, access: Access | None = None) -> None:
        self.registry = CollectorRegistry()
        self.health = Health(1, 0, None)
        self.server = serve(
            ("127.0.0.1", 0), self.registry, lambda: self.health, page=lambda: b"<p>a page</p>", access=access
        )

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

    nothing_seen = {"connections": 0, "passed": {}, "unread": {}, "untrusted": [], "skew_ms": None, "own_address": 0}
    nothing_seen["unverified"] = {}
    nothing = {"expected": 1, "dropped": 0, "clients": nothing_seen, "address": "", "inflight": 0}
    assert (answer.status, json.loads(content)) == (status, nothing | body)
    assert answer.headers["Content-Type"] == "application/json"
    assert healthz(health) == (status, content)


def test_a_page_tells_what_runs(running: RunningServer) -> None:
    answer, body = running.get("/")

    assert (answer.status, body) == (200, b"<p>a page</p>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in (answer.headers["Content-Security-Policy"] or "")


@pytest.mark.parametrize("path", ["/", "/metrics", "/healthz"])
def test_a_name_that_a_web_page_pointed_here_is_refused(running: RunningServer, path: str) -> None:
    answer, body = running.get(path, Host="evil.example.com")

    assert (answer.status, body) == (421, b"this Host header is not allowed: add the name to metrics.hosts\n")
    assert answer.headers["Content-Type"] == TEXT


def test_all_but_health_needs_the_password() -> None:
    hashed = bcrypt.hashpw(b"word", bcrypt.gensalt(4)).decode()
    access = Access(passwords=Passwords({"ann": hashed}))
    with closing(RunningServer(access=access)) as locked:
        token = base64.b64encode(b"ann:word").decode()
        found = {path: locked.get(path)[0].status for path in ("/", "/metrics", "/healthz", "/x")}
        assert found == {"/": 401, "/metrics": 401, "/healthz": 200, "/x": 401}
        refusal, body = locked.get("/metrics")
        assert refusal.headers["WWW-Authenticate"] == 'Basic realm="farebox", charset="UTF-8"'
        assert (refusal.headers["Content-Type"], body) == (TEXT, b"user and password are required\n")
        assert locked.get("/metrics", Authorization=f"Basic {token}")[0].status == 200


def test_headers_of_the_web_configuration_stand_in_each_answer() -> None:
    with closing(RunningServer(access=Access(headers={"X-Frame-Options": "deny"}))) as framed:
        found = {path: framed.get(path)[0].headers for path in ("/", "/metrics", "/healthz")}

    assert {path: headers["X-Frame-Options"] for path, headers in found.items()} == dict.fromkeys(found, "deny")
    assert found["/"]["X-Content-Type-Options"] == "nosniff"


def test_a_server_without_a_page_has_its_name_there_and_a_thread_that_ends_with_the_process() -> None:
    with serve(("127.0.0.1", 0), CollectorRegistry(), lambda: Health(1, 0, None)) as server:
        with closing(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)) as connection:
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"farebox\n"
        threads = [thread.daemon for thread in threading.enumerate() if thread.name == "metrics"]
        server.shutdown()

    assert threads
    assert all(threads)


def test_tls_serves_and_a_client_that_speaks_none_hurts_nobody(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ca = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(tls)
    with closing(RunningServer(access=Access(tls=tls))) as secure:
        with closing(socket.create_connection(("127.0.0.1", secure.server.server_port), timeout=10)) as plain:
            plain.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
            assert not plain.recv(100).startswith(b"HTTP")
        trusting = ssl.create_default_context()
        ca.configure_trust(trusting)
        with closing(
            http.client.HTTPSConnection("localhost", secure.server.server_port, timeout=10, context=trusting)
        ) as connection:
            connection.request("GET", "/metrics")
            assert connection.getresponse().status == 200
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("path", ["/metricsx", "/healthz/", "/.."])
def test_other_paths_are_not_found(running: RunningServer, path: str) -> None:
    answer, body = running.get(path)

    assert (answer.status, answer.headers["Content-Type"]) == (404, TEXT)
    assert body == b"farebox has /, /metrics and /healthz\n"


def test_a_request_is_not_logged(running: RunningServer, capfd: pytest.CaptureFixture[str]) -> None:
    running.get("/nothing?key=secret")

    assert capfd.readouterr() == ("", "")


def test_a_port_that_is_taken_is_an_error(running: RunningServer) -> None:
    with pytest.raises(OSError, match="in use"):
        serve(("127.0.0.1", running.server.server_port), running.registry, lambda: running.health)
