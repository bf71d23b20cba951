"""What a worker knows about its clients apart from calls is bounded, and holds no path."""

from email.utils import formatdate

import pytest
from farebox.proxy.client_diagnostics import DiagnosticsCollector
from farebox.spool.telemetry import ClientDiagnostics, UntrustedConnections
from mitmproxy.test import tflow

NOW = 1_800_000_000.0


@pytest.fixture
def diagnostics() -> DiagnosticsCollector:
    return DiagnosticsCollector()


def test_without_clients_the_diagnostics_are_empty(diagnostics: DiagnosticsCollector) -> None:
    assert diagnostics.snapshot() == ClientDiagnostics()


def test_hosts_are_counted_by_outcome(diagnostics: DiagnosticsCollector) -> None:
    for host in ("www.example.org", "www.example.org", None):
        diagnostics.passed(host)
    diagnostics.unread("api.openai.com")
    diagnostics.unread("aiplatform.googleapis.com", "gRPC")

    assert diagnostics.snapshot().passed == {"www.example.org": 2, "?": 1}
    assert diagnostics.snapshot().unread == {"api.openai.com": 1, "aiplatform.googleapis.com (gRPC)": 1}


def test_from_the_51st_on_hosts_are_counted_together(diagnostics: DiagnosticsCollector) -> None:
    for number in range(1000):
        diagnostics.passed(f"host-{number}.example")
    diagnostics.passed("host-0.example")

    passed = diagnostics.snapshot().passed
    assert len(passed) == 51
    assert (passed["host-0.example"], passed["(others)"], sum(passed.values())) == (2, 950, 1001)


def test_a_client_that_does_not_trust_the_ca_has_the_user_agent_of_its_tunnel_request(
    diagnostics: DiagnosticsCollector,
) -> None:
    flow = tflow.tflow()
    flow.request.headers["user-agent"] = "curl/8.5.0 (made up)"

    diagnostics.connected(flow.client_conn)
    diagnostics.tunnel(flow)
    diagnostics.tls_failed(flow.client_conn, "api.openai.com")
    diagnostics.tls_failed(flow.client_conn, "api.openai.com")

    assert diagnostics.snapshot().untrusted == (UntrustedConnections("api.openai.com", "127.0.0.1", "curl/8.5.0", 2),)
    assert (diagnostics.snapshot().connections, diagnostics.tls_untrusted) == (1, 2)


@pytest.mark.parametrize("name", ["sk-proj-abcdefghijklmnopqrst", "jane@example.org", "Größe"])
def test_keys_and_prose_are_not_kept_as_hosts_and_agents(diagnostics: DiagnosticsCollector, name: str) -> None:
    flow = tflow.tflow()
    flow.request.headers["user-agent"] = name

    diagnostics.tunnel(flow)
    diagnostics.tls_failed(flow.client_conn, f"{name} ")
    diagnostics.passed(f"{name} ")

    assert diagnostics.snapshot().untrusted == (UntrustedConnections("?", "127.0.0.1", None, 1),)
    assert diagnostics.snapshot().passed == {"?": 1}


def test_older_hosts_of_untrusted_connections_are_counted_together(diagnostics: DiagnosticsCollector) -> None:
    client = tflow.tclient_conn()
    for number in range(500):
        diagnostics.tls_failed(client, f"host-{number}.example")

    assert len(diagnostics.snapshot().untrusted) == 21
    assert diagnostics.tls_untrusted == sum(untrusted.count for untrusted in diagnostics.snapshot().untrusted) == 500


def test_older_clients_that_do_not_trust_the_ca_are_counted_together(diagnostics: DiagnosticsCollector) -> None:
    for number in range(500):
        client = tflow.tclient_conn()
        client.peername = (f"10.0.{number // 250}.{number % 250}", 51234)
        diagnostics.tls_failed(client, "api.openai.com")
    last = UntrustedConnections("api.openai.com", "10.0.1.249", None, 1)

    untrusted = diagnostics.snapshot().untrusted
    assert len(untrusted) == 21
    assert (untrusted[0], untrusted[-1]) == (UntrustedConnections("(others)", "(others)", None, 480), last)
    assert diagnostics.tls_untrusted == sum(entry.count for entry in untrusted) == 500


@pytest.mark.parametrize("ahead", [0.0, 90.0, -3600.0])
def test_the_clock_is_compared_with_the_dates_of_answers(diagnostics: DiagnosticsCollector, ahead: float) -> None:
    for second in range(5):
        diagnostics.dated(formatdate(NOW + second, usegmt=True), NOW + second + 0.5 + ahead)
    diagnostics.dated("Thu, 01 Jan 1970 00:00:00 GMT", NOW)

    assert diagnostics.snapshot().skew_ms == round(ahead * 1000)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_an_invalid_date_is_ignored(diagnostics: DiagnosticsCollector, date: str | None) -> None:
    diagnostics.dated(date, NOW)

    assert diagnostics.snapshot().skew_ms is None


def test_a_new_connection_forgets_the_user_agent_of_an_earlier_one(diagnostics: DiagnosticsCollector) -> None:
    flow = tflow.tflow()
    flow.request.headers["user-agent"] = "curl/8.5.0"
    diagnostics.tunnel(flow)

    diagnostics.connected(flow.client_conn)
    diagnostics.tls_failed(flow.client_conn, "api.openai.com")

    assert diagnostics.snapshot().untrusted[0].agent is None


def test_the_latest_thousand_user_agents_are_kept(diagnostics: DiagnosticsCollector) -> None:
    flows = [tflow.tflow() for _ in range(1001)]
    for flow in flows:
        flow.request.headers["user-agent"] = "curl/8.5.0"
        diagnostics.tunnel(flow)

    for flow in (flows[0], flows[1]):
        diagnostics.tls_failed(flow.client_conn, "api.openai.com")

    assert [untrusted.agent for untrusted in diagnostics.snapshot().untrusted] == [None, "curl/8.5.0"]


def test_a_client_without_an_address_is_counted(diagnostics: DiagnosticsCollector) -> None:
    client = tflow.tclient_conn()
    client.peername = None  # type: ignore[assignment]

    diagnostics.tls_failed(client, None)

    assert diagnostics.snapshot().untrusted == (UntrustedConnections("?", "?", None, 1),)


def test_the_latest_dates_count(diagnostics: DiagnosticsCollector) -> None:
    for second in range(30):
        ahead = 60 if second < 20 else 0
        diagnostics.dated(formatdate(NOW + second, usegmt=True), NOW + second + 0.5 + ahead)

    assert diagnostics.snapshot().skew_ms == 0
