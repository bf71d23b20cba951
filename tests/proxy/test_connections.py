"""Connections to LLM hosts are decrypted, others pass; one that fails before a request is counted or recorded."""

import asyncio
import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from farebox.ca.names import Names
from farebox.spool.telemetry import UntrustedConnections
from mitmproxy import http, tls
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.test import taddons, tflow

from tests.support.flows import Worker
from tests.support.live import ask, call, proxy, upstream


def hello(
    sni: str | None, address: tuple[str, int] | None = ("192.0.2.1", 443), mode: str = "regular"
) -> tls.ClientHelloData:
    client = tflow.tclient_conn()
    client.proxy_mode = ProxyMode.parse(mode)
    server = SimpleNamespace(address=address, alpn_offers=(), tls_established=False)
    around: Any = SimpleNamespace(client=client, server=server)
    greeting: Any = SimpleNamespace(sni=sni, alpn_protocols=[])
    return tls.ClientHelloData(around, greeting)


def connect(host: str = "api.openai.com", status: int | None = 502, *, port: int = 443) -> http.HTTPFlow:
    flow = tflow.tflow(resp=status is not None)
    flow.request.host, flow.request.port = host, port
    if flow.response is not None and status is not None:
        flow.response.status_code = status
    return flow


@pytest.mark.parametrize(
    ("data", "is_ignored", "passed"),
    [
        (hello("api.openai.com"), False, {}),
        (hello("www.example.org"), True, {"www.example.org": 1}),
        (hello(None, ("api.openai.com", 443)), False, {}),
        (hello(None, ("www.example.org", 443)), True, {"www.example.org": 1}),
        (hello("farebox.example", None), False, {}),
        (
            hello("www.example.org", ("api.openai.com", 443)),
            True,
            {"www.example.org (asked for as api.openai.com)": 1},
        ),
        (hello("www.example.org", mode="reverse:https://www.example.org"), False, {}),
    ],
    ids=["LLM host", "other host", "address", "other address", "TLS to the proxy", "another SNI", "reverse"],
)
def test_which_connections_are_decrypted(
    worker: Worker, data: tls.ClientHelloData, is_ignored: bool, passed: dict[str, int]
) -> None:
    worker.connections.tls_clienthello(data)

    assert data.ignore_connection is is_ignored
    assert worker.diagnostics.snapshot().passed == passed


def test_a_host_of_the_settings_is_decrypted_on_its_port_only(tmp_path: Path) -> None:
    with Worker(tmp_path / "home", intercept={"hosts": ["llm.example:8443"]}) as worker:
        on_port, on_another = hello("llm.example", ("192.0.2.1", 8443)), hello("llm.example")
        worker.connections.tls_clienthello(on_port)
        worker.connections.tls_clienthello(on_another)

    assert (on_port.ignore_connection, on_another.ignore_connection) == (False, True)


def test_a_host_that_the_ca_cannot_certify_passes(worker: Worker) -> None:
    worker.connections._certified = Names(("api.openai.com",))
    covered, other = hello("api.openai.com"), hello("api.anthropic.com")
    worker.connections.tls_clienthello(covered)
    worker.connections.tls_clienthello(other)

    assert (covered.ignore_connection, other.ignore_connection) == (False, True)
    assert worker.diagnostics.snapshot().passed == {"api.anthropic.com (the CA doesn't cover it: restart farebox)": 1}


@pytest.mark.parametrize(
    ("host", "values", "has_certificates", "is_ignored"),
    [
        ("mtls.api.openai.com", {"all": True}, False, True),
        ("mtls.api.openai.com", {"all": True}, True, False),
        ("mtls.api.openai.com", {"hosts": ["mtls.api.openai.com"]}, False, False),
        ("aiplatform.mtls.googleapis.com", {"all": True}, False, True),
        ("mtlsapi.example", {"all": True}, False, False),
    ],
)
def test_hosts_that_want_the_client_s_certificate_pass(
    tmp_path: Path, host: str, values: dict[str, Any], has_certificates: bool, is_ignored: bool
) -> None:
    with Worker(tmp_path / "home", intercept=values) as worker, taddons.context(worker.connections) as context:
        if has_certificates:
            context.options.client_certs = str(tmp_path)
            context.configure(worker.connections, client_certs=str(tmp_path))
        data = hello(host)
        worker.connections.tls_clienthello(data)

        assert data.ignore_connection is is_ignored
        assert worker.heartbeat().meter_failures == {}


@pytest.mark.parametrize("has_response", [True, False], ids=["502", "no answer"])
def test_a_tunnel_to_an_llm_host_that_cannot_be_reached_is_a_network_error(worker: Worker, has_response: bool) -> None:
    worker.connections.http_connect_error(connect(status=502 if has_response else None))

    [reading] = worker.readings()
    assert (reading.provider, reading.host, reading.outcome) == ("openai", "api.openai.com", "network_error")
    assert (reading.sidecar, reading.status, reading.dialect) == ("here", None, None)


@pytest.mark.parametrize(
    "flow", [connect(status=407), connect("www.example.org"), connect("www.example.org", None)], ids=str
)
def test_other_failed_tunnels_are_no_calls(worker: Worker, flow: http.HTTPFlow) -> None:
    worker.connections.http_connect_error(flow)

    assert worker.readings() == []


def test_a_tunnel_with_an_error_is_a_network_error_whatever_its_status(worker: Worker) -> None:
    flow = connect(status=407)
    flow.error = tflow.terr()

    worker.connections.http_connect_error(flow)

    assert len(worker.readings()) == 1


def test_a_client_that_does_not_trust_the_ca_is_counted_with_its_agent(worker: Worker) -> None:
    flow = connect()
    flow.request.headers["user-agent"] = "curl/8.5.0"
    data: Any = SimpleNamespace(context=SimpleNamespace(client=flow.client_conn), conn=SimpleNamespace(sni="a.example"))

    with taddons.context(Proxyserver()):
        worker.connections.client_connected(flow.client_conn)
    worker.connections.http_connect(flow)
    worker.connections.tls_failed_client(data)

    snapshot = worker.diagnostics.snapshot()
    assert snapshot.connections == 1
    assert snapshot.untrusted == (UntrustedConnections("a.example", "127.0.0.1", "curl/8.5.0", 1),)


@pytest.mark.parametrize(
    "hook", ["client_connected", "http_connect", "http_connect_error", "tls_clienthello", "tls_failed_client"]
)
def test_a_fault_in_a_hook_is_counted_and_not_raised(worker: Worker, hook: str) -> None:
    getattr(worker.connections, hook)(None)

    assert worker.heartbeat().meter_failures == {"proxy": 1}


def test_a_client_may_use_tls_to_the_proxy_itself(tmp_path: Path) -> None:
    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"messages")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}")
        await writer.drain()

    async def answer(worker: Worker) -> bytes:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        async with upstream(answering) as server, proxy(worker.connections, worker.sidecar) as [port]:
            return await ask(port, call(server), until=b"{}", tls=context)

    with Worker(tmp_path / "home") as worker:
        assert asyncio.run(answer(worker)).endswith(b"\r\n\r\n{}")
        assert [reading.outcome for reading in worker.readings()] == ["ok"]
