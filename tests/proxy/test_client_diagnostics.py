"""What a worker sees of its clients beside calls: bounded, and never a path."""

from email.utils import formatdate

import pytest
from farebox.proxy.client_diagnostics import Watch
from farebox.spool.telemetry import Distrust, Sights
from mitmproxy.test import tflow

NOW = 1_800_000_000.0


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_nothing_seen_is_nothing_told(watch: Watch) -> None:
    assert watch.told() == Sights()


def test_hosts_are_counted_by_what_became_of_them(watch: Watch) -> None:
    for host in ("www.example.org", "www.example.org", None):
        watch.passed(host)
    watch.unread("api.openai.com")

    assert watch.told().passed == {"www.example.org": 2, "?": 1}
    assert watch.told().unread == {"api.openai.com": 1}


def test_many_hosts_are_counted_together(watch: Watch) -> None:
    for number in range(1000):
        watch.passed(f"host-{number}.example")
    watch.passed("host-0.example")

    passed = watch.told().passed
    assert len(passed) == 51
    assert (passed["host-0.example"], passed["(others)"], sum(passed.values())) == (2, 950, 1001)


def test_a_client_without_trust_is_named_by_what_it_said_when_it_asked_for_the_tunnel(watch: Watch) -> None:
    flow = tflow.tflow()
    flow.request.headers["user-agent"] = "curl/8.5.0 (made up)"

    watch.connected(flow.client_conn)
    watch.tunnel(flow)
    watch.distrusted(flow.client_conn, "api.openai.com")
    watch.distrusted(flow.client_conn, "api.openai.com")

    assert watch.told().distrust == (Distrust("api.openai.com", "127.0.0.1", "curl/8.5.0", 2),)
    assert (watch.told().connections, watch.untrusting) == (1, 2)


@pytest.mark.parametrize("told", ["sk-proj-abcdefghijklmnopqrst", "jane@example.org", "Größe"])
def test_neither_keys_nor_prose_are_told_for_hosts_and_agents(watch: Watch, told: str) -> None:
    flow = tflow.tflow()
    flow.request.headers["user-agent"] = told

    watch.tunnel(flow)
    watch.distrusted(flow.client_conn, f"{told} ")
    watch.passed(f"{told} ")

    assert watch.told().distrust == (Distrust("?", "127.0.0.1", None, 1),)
    assert watch.told().passed == {"?": 1}


def test_many_clients_without_trust_are_counted_together(watch: Watch) -> None:
    client = tflow.tclient_conn()
    for number in range(500):
        watch.distrusted(client, f"host-{number}.example")

    assert len(watch.told().distrust) <= 20
    assert watch.untrusting == sum(one.count for one in watch.told().distrust) == 500


@pytest.mark.parametrize("ahead", [0.0, 90.0, -3600.0])
def test_the_clock_is_held_against_the_dates_of_answers(watch: Watch, ahead: float) -> None:
    for second in range(5):
        watch.dated(formatdate(NOW + second, usegmt=True), NOW + second + 0.5 + ahead)
    watch.dated("Thu, 01 Jan 1970 00:00:00 GMT", NOW)

    assert watch.told().skew_ms == round(ahead * 1000)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_date_that_is_none_tells_nothing(watch: Watch, date: str | None) -> None:
    watch.dated(date, NOW)

    assert watch.told().skew_ms is None
