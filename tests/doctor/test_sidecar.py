"""A running sidecar is asked for its state, and each state is one finding with its fix."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from farebox.config.settings import load
from farebox.doctor import sidecar
from farebox.doctor.finding import OK, PROBLEM, WARNING
from farebox.home.folder import claim
from farebox.process.client_environment import ProxyEndpoint
from farebox.recorder.health import Health
from farebox.recorder.http import serve
from farebox.spool.telemetry import ClientDiagnostics, UntrustedConnections
from farebox.supervisor.health import HealthReport
from prometheus_client import CollectorRegistry

from tests.support.findings import levels, only

ENDPOINT = ProxyEndpoint("http://127.0.0.1:8080", "/data/cert.pem", "/data/bundle.pem")
RUNS = (OK, "sidecar runs, 1 worker, 0 connections so far")


@contextmanager
def answering() -> Iterator[int]:
    """Serve /healthz as a recorder does."""
    server = serve(("127.0.0.1", 0), CollectorRegistry(), lambda: Health(1, 0, None))
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def test_no_sidecar_is_a_warning_and_one_that_does_not_answer_a_problem(home: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    settings = load({"home": str(home), "metrics_port": port}, environment={})
    assert levels(sidecar.check(settings, ENDPOINT)) == [(WARNING, "no sidecar runs")]

    with claim(home, "sidecar"):
        finding = only(sidecar.check(settings, ENDPOINT))

    assert (finding.level, finding.fix) == (PROBLEM, "pass the --metrics-port that it was started with")
    assert finding.message == f"farebox runs (process {os.getpid()}) but doesn't answer at http://127.0.0.1:{port}"


def test_the_sidecar_of_this_folder_is_asked(home: Path) -> None:
    with answering() as port, claim(home, "sidecar"):
        settings = load({"home": str(home), "metrics_port": port}, environment={})

        assert levels(sidecar.check(settings, ENDPOINT)) == [RUNS]


def test_the_sidecar_of_another_folder_is_a_warning(home: Path) -> None:
    with answering() as port:
        settings = load({"home": str(home), "metrics_port": port}, environment={})

        finding = only(sidecar.check(settings, ENDPOINT))

    assert (finding.level, finding.message) == (
        WARNING,
        f"the farebox that answers at http://127.0.0.1:{port} has another data folder",
    )


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (
            HealthReport("ok", 2, "ok", 0, None, ClientDiagnostics(7)),
            [(OK, "sidecar runs, 2 workers, 7 connections so far")],
        ),
        (HealthReport("ok", 4, expected=4), [(OK, "sidecar runs, 4 workers, 0 connections so far")]),
        (
            HealthReport("ok", 3, expected=4),
            [
                (OK, "sidecar runs, 3 workers, 0 connections so far"),
                (WARNING, "3 of 4 workers report: the others are starting or keep failing"),
            ],
        ),
        (HealthReport("no worker reports"), [(PROBLEM, "the sidecar has no worker (no worker reports)")]),
        (
            HealthReport("ok", 1, "behind", 3, "database is locked"),
            [RUNS, (PROBLEM, "the ledger is unavailable (database is locked), 3 calls in the spool")],
        ),
        (
            HealthReport("ok", 1, dropped=1200),
            [RUNS, (PROBLEM, "1,200 calls lost since the recorder started: the spool was full or not writable")],
        ),
        (
            HealthReport("ok", 1, clients=ClientDiagnostics(1, passed={"a.example": 2})),
            [
                (OK, "sidecar runs, 1 worker, 1 connection so far"),
                (OK, "2 connections to a.example passed undecrypted: not a known LLM host"),
            ],
        ),
        (
            HealthReport("ok", 1, clients=ClientDiagnostics(1, passed={"api.cloudflare.com": 2})),
            [
                (OK, "sidecar runs, 1 worker, 1 connection so far"),
                (
                    WARNING,
                    "2 connections to api.cloudflare.com passed undecrypted: LLM calls of cloudflare in them are lost",
                ),
            ],
        ),
        (
            HealthReport("ok", 1, clients=ClientDiagnostics(1, unread={"chatgpt.com": 3, "a.example": 1})),
            [
                (OK, "sidecar runs, 1 worker, 1 connection so far"),
                (OK, "3 requests to chatgpt.com (chatgpt) passed unread: not LLM calls that are known"),
            ],
        ),
        (
            HealthReport("ok", 1, clients=ClientDiagnostics(1, unread={"aiplatform.googleapis.com (gRPC)": 3})),
            [
                (OK, "sidecar runs, 1 worker, 1 connection so far"),
                (
                    WARNING,
                    "3 requests to aiplatform.googleapis.com (gRPC) not recorded: farebox doesn't read this API",
                ),
            ],
        ),
        (
            HealthReport("ok", 1, clients=ClientDiagnostics(1, own_address=1)),
            [
                (OK, "sidecar runs, 1 worker, 1 connection so far"),
                (PROBLEM, "1 request refused, as the target was the proxy's own address"),
            ],
        ),
        (
            HealthReport("ok", 1, clients=ClientDiagnostics(1, unverified={"api.openai.com (expired)": 2})),
            [
                (OK, "sidecar runs, 1 worker, 1 connection so far"),
                (
                    PROBLEM,
                    "2 connections to api.openai.com (expired) failed, as its certificate can't be verified",
                ),
            ],
        ),
    ],
    ids=[
        "runs",
        "all report",
        "some report",
        "no worker",
        "no ledger",
        "lost",
        "undecrypted",
        "undecrypted though known",
        "unread",
        "gRPC",
        "own address",
        "unverified",
    ],
)
def test_each_state_of_a_sidecar_is_a_finding(report: HealthReport, expected: list[tuple[str, str]]) -> None:
    assert levels(sidecar.findings(report, ENDPOINT)) == expected


@pytest.mark.parametrize(
    ("skew_ms", "level", "message"),
    [
        (0, OK, "this machine's clock agrees with the providers'"),
        (5_000, OK, "this machine's clock agrees with the providers'"),
        (5_001, WARNING, "this machine's clock is 5 s ahead of the providers': "),
        (-5_001, WARNING, "this machine's clock is 5 s behind the providers': "),
        (-90_000, WARNING, "this machine's clock is 90 s behind the providers': "),
    ],
)
def test_a_clock_that_is_off_by_more_than_five_seconds_is_a_warning(skew_ms: int, level: str, message: str) -> None:
    report = HealthReport("ok", 1, clients=ClientDiagnostics(skew_ms=skew_ms))

    _, finding = sidecar.findings(report, ENDPOINT)

    assert (finding.level, finding.message.startswith(message)) == (level, True)


def test_a_client_that_does_not_trust_the_ca_gets_the_variable_to_set() -> None:
    untrusted = UntrustedConnections("api.openai.com", "127.0.0.1", "node", 4)
    report = HealthReport("ok", 1, clients=ClientDiagnostics(4, untrusted=(untrusted,)))

    _, finding = sidecar.findings(report, ENDPOINT)

    assert finding.level == PROBLEM
    assert "4 connections to api.openai.com closed by node at 127.0.0.1" in finding.message
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        assert f"{variable}=/data/bundle.pem (" in (finding.fix or "")
    assert "NODE_EXTRA_CA_CERTS=/data/cert.pem (Node" in (finding.fix or "")
