"""What a worker sees of its clients beside calls: bounded, and never a path."""

from email.utils import formatdate

import pytest
from farebox.proxy.client_diagnostics import DiagnosticsCollector
from farebox.spool.telemetry import ClientDiagnostics, UntrustedConnections
from mitmproxy.test import tflow

NOW = 1_800_000_000.0


@pytest.fixture
def diagnostics() -> DiagnosticsCollector:
    return DiagnosticsCollector()


def test_nothing_seen_is_nothing_told(diagnostics: DiagnosticsCollector) -> None:
    assert diagnostics.told() == ClientDiagnostics()


def test_hosts_are_counted_by_what_became_of_them(diagnostics: DiagnosticsCollector) -> None:
    for host in ("www.example.org", "www.example.org", None):
        diagnostics.passed(host)
    diagnostics.unread("api.openai.com")

    assert diagnostics.told().passed == {"www.example.org": 2, "?": 1}
    assert diagnostics.told().unread == {"api.openai.com": 1}


def test_many_hosts_are_counted_together(diagnostics: DiagnosticsCollector) -> None:
    for number in range(1000):
        diagnostics.passed(f"host-{number}.example")
    diagnostics.passed("host-0.example")

    passed = diagnostics.told().passed
    assert len(passed) == 51
    assert (passed["host-0.example"], passed["(others)"], sum(passed.values())) == (2, 950, 1001)


def test_a_client_without_trust_is_named_by_what_it_said_when_it_asked_for_the_tunnel(
    diagnostics: DiagnosticsCollector,
) -> None:
    flow = tflow.tflow()
    flow.request.headers["user-agent"] = "curl/8.5.0 (made up)"

    diagnostics.connected(flow.client_conn)
    diagnostics.tunnel(flow)
    diagnostics.tls_failed(flow.client_conn, "api.openai.com")
    diagnostics.tls_failed(flow.client_conn, "api.openai.com")

    assert diagnostics.told().untrusted == (UntrustedConnections("api.openai.com", "127.0.0.1", "curl/8.5.0", 2),)
    assert (diagnostics.told().connections, diagnostics.tls_untrusted) == (1, 2)


@pytest.mark.parametrize("told", ["sk-proj-abcdefghijklmnopqrst", "jane@example.org", "Größe"])
def test_neither_keys_nor_prose_are_told_for_hosts_and_agents(diagnostics: DiagnosticsCollector, told: str) -> None:
    flow = tflow.tflow()
    flow.request.headers["user-agent"] = told

    diagnostics.tunnel(flow)
    diagnostics.tls_failed(flow.client_conn, f"{told} ")
    diagnostics.passed(f"{told} ")

    assert diagnostics.told().untrusted == (UntrustedConnections("?", "127.0.0.1", None, 1),)
    assert diagnostics.told().passed == {"?": 1}


def test_many_clients_without_trust_are_counted_together(diagnostics: DiagnosticsCollector) -> None:
    client = tflow.tclient_conn()
    for number in range(500):
        diagnostics.tls_failed(client, f"host-{number}.example")

    assert len(diagnostics.told().untrusted) == 21
    assert diagnostics.tls_untrusted == sum(one.count for one in diagnostics.told().untrusted) == 500


def test_clients_without_trust_at_many_addresses_are_counted_together(diagnostics: DiagnosticsCollector) -> None:
    for number in range(500):
        client = tflow.tclient_conn()
        client.peername = (f"10.0.{number // 250}.{number % 250}", 51234)
        diagnostics.tls_failed(client, "api.openai.com")
    last = UntrustedConnections("api.openai.com", "10.0.1.249", None, 1)

    untrusted = diagnostics.told().untrusted
    assert len(untrusted) == 21
    assert (untrusted[0], untrusted[-1]) == (UntrustedConnections("(others)", "(others)", None, 480), last)
    assert diagnostics.tls_untrusted == sum(one.count for one in untrusted) == 500


@pytest.mark.parametrize("ahead", [0.0, 90.0, -3600.0])
def test_the_clock_is_held_against_the_dates_of_answers(diagnostics: DiagnosticsCollector, ahead: float) -> None:
    for second in range(5):
        diagnostics.dated(formatdate(NOW + second, usegmt=True), NOW + second + 0.5 + ahead)
    diagnostics.dated("Thu, 01 Jan 1970 00:00:00 GMT", NOW)

    assert diagnostics.told().skew_ms == round(ahead * 1000)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_date_that_is_none_tells_nothing(diagnostics: DiagnosticsCollector, date: str | None) -> None:
    diagnostics.dated(date, NOW)

    assert diagnostics.told().skew_ms is None
