"""Calls go through the company's proxy, with its password, and those of NO_PROXY straight to their servers."""

import asyncio
import base64
import ssl
from pathlib import Path

import pytest
from farebox.config.settings import load
from farebox.config.upstream_proxy import UpstreamProxy
from farebox.proxy.access import Access
from farebox.proxy.patches import direct
from farebox.proxy.patches.direct import allow_direct_tunnels
from farebox.proxy.upstream_chain import UpstreamChain, upstream_of
from mitmproxy.connection import Server
from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.test import tflow

from tests.support.flows import ANSWER, Worker
from tests.support.live import ask, proxy, upstream

BODY = b'{"model": "gpt-4o", "messages": []}'
FINAL = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER)
SECRET = b"Basic " + base64.b64encode(b"me:p@ss")
LINE = b"POST http://%b/v1/chat/completions HTTP/1.1\r\nhost: %b\r\ncontent-type: application/json\r\n"
UNVERIFIED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
UNVERIFIED.check_hostname, UNVERIFIED.verify_mode = False, ssl.CERT_NONE
TUNNEL = b"CONNECT %b HTTP/1.1\r\nhost: %b\r\n\r\n"


class Recorder:
    """A server that answers each request, and keeps the heads that arrive. Without `tunnels` it opens none."""

    def __init__(self, *, tunnels: bool = True) -> None:
        self.heads: list[bytes] = []
        self._tunnels = tunnels

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            self.heads.append(head)
            if not self._tunnels:
                writer.write(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")
                return
            if not head.startswith(b"CONNECT"):
                await reader.readexactly(len(BODY))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n" if head.startswith(b"CONNECT") else FINAL)
            await writer.drain()


async def called(worker: Worker, target: str, *, is_tunnel: bool) -> tuple[list[bytes], list[bytes], bytes]:
    """Return the heads that arrive at the company's proxy and at a server of NO_PROXY, and the client's answer."""
    company, server = Recorder(), Recorder()
    async with upstream(company) as corp, upstream(server) as direct_port:
        chain = UpstreamChain(UpstreamProxy("http", "127.0.0.1", corp, "me:p@ss"), ())
        mode = f"upstream:http://127.0.0.1:{corp}"
        async with proxy(worker.connections, worker.sidecar, chain, modes=(mode,)) as [port]:
            host = target.format(port=direct_port).encode()
            request = LINE % (host, host) + b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY)
            received = await ask(
                port, TUNNEL % (host, host) if is_tunnel else request, until=b"established" if is_tunnel else ANSWER
            )
    return company.heads, server.heads, received


@pytest.mark.parametrize("is_tunnel", [False, True], ids=["plain", "CONNECT"])
def test_a_host_elsewhere_is_called_through_it_with_its_password(tmp_path: Path, is_tunnel: bool) -> None:
    allow_direct_tunnels()
    with Worker(tmp_path / "home") as worker:
        company, _, received = asyncio.run(called(worker, "llm.example.net:8000", is_tunnel=is_tunnel))

    assert b" 200 " in received
    if not is_tunnel:
        # A tunnel's way opens with its first bytes.
        assert company[0].startswith(b"POST http://llm.example.net:8000/v1/chat/completions ")
        assert b"proxy-authorization: " + SECRET in company[0]


@pytest.mark.parametrize("is_tunnel", [False, True], ids=["plain", "CONNECT"])
def test_this_machine_is_called_directly_and_never_told_the_password(tmp_path: Path, is_tunnel: bool) -> None:
    allow_direct_tunnels()
    with Worker(tmp_path / "home") as worker:
        company, server, received = asyncio.run(called(worker, "127.0.0.1:{port}", is_tunnel=is_tunnel))

    assert (company, b" 200 " in received) == ([], True)
    if not is_tunnel:
        assert server[0].startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")
        assert b"proxy-authorization" not in server[0].lower()


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain client", "TLS client"])
def test_a_reverse_listener_calls_its_server_through_it(tmp_path: Path, is_tls: bool) -> None:
    company = Recorder(tunnels=False)

    async def answer(worker: Worker) -> bytes:
        async with upstream(company) as corp:
            chain = UpstreamChain(UpstreamProxy("http", "127.0.0.1", corp, "me:p@ss"), ())
            mode = "reverse:https://llm.example.net@0"
            async with proxy(worker.connections, worker.sidecar, chain, modes=(mode,)) as [port]:
                request = LINE % (b"x", b"x") + b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY)
                return await ask(port, request, until=b"502", tls=UNVERIFIED if is_tls else None)

    with Worker(tmp_path / "home") as worker:
        received = asyncio.run(answer(worker))

    assert b" 502 " in received
    assert [head.split(b"\r\n")[0] for head in company.heads] == [b"CONNECT llm.example.net:443 HTTP/1.1"]
    assert b"proxy-authorization: " + SECRET in company.heads[0].lower().replace(SECRET.lower(), SECRET)


def test_stock_mitmproxy_tunnels_through_the_proxy_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, mitmproxy knows exceptions itself, and the patch can go."""
    monkeypatch.setattr(HttpStream, "handle_connect_upstream", direct._handle_connect_upstream)
    with (
        Worker(tmp_path / "home") as worker,
        pytest.raises((TimeoutError, AssertionError, asyncio.IncompleteReadError)),
    ):
        _, _, received = asyncio.run(called(worker, "127.0.0.1:{port}", is_tunnel=True))
        assert b" 200 " in received


@pytest.mark.parametrize(
    ("value", "expected"),
    [("auto", None), ("never", None), ("http://corp:3128", UpstreamProxy("http", "corp", 3128))],
)
def test_workers_use_what_the_supervisor_found(value: str, expected: UpstreamProxy | None) -> None:
    assert upstream_of(load({"upstream_proxy": value}, environment={})) == expected


@pytest.mark.parametrize(
    ("address", "is_limited"), [(("127.0.0.1", 6379), True), (("corp.example", 3128), False)], ids=["inside", "proxy"]
)
def test_a_client_elsewhere_chooses_no_server_on_the_inside_by_it(address: tuple[str, int], is_limited: bool) -> None:
    access = Access(load({"host": "0.0.0.0", "open": True}, environment={}), lambda _reason: None)
    client = tflow.tclient_conn()
    client.proxy_mode = ProxyMode.parse("upstream:http://corp.example:3128")

    data = ServerConnectionHookData(server=Server(address=address), client=client)

    assert access._limits(data) is is_limited
