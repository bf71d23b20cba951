"""Providers are called with HTTP/1.1 where the client can, so that a server's GOAWAY cuts no answer."""

import asyncio
from pathlib import Path

import pytest
from farebox.proxy.http_version import accept_http_1, offer_http_1
from mitmproxy.connection import Server
from mitmproxy.test import tflow

from tests.proxy.test_connections import hello
from tests.support.flows import Worker
from tests.support.h2_client import Answer, H2Client
from tests.support.h2_upstream import End, GoAway, H2Upstream, Head
from tests.support.live import CONFDIR, proxy
from tests.support.redirect import Redirect
from tests.support.upstream import Pause


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        ([b"h2", b"http/1.1"], [b"http/1.1"]),
        ([b"http/1.1"], [b"http/1.1"]),
        ([b"h2"], ()),
        ([], ()),
        (None, ()),
    ],
)
def test_http_1_is_offered_if_the_client_has_it(offered: list[bytes] | None, expected: list[bytes]) -> None:
    server = Server(address=("api.openai.com", 443))

    offer_http_1(server, offered)

    assert list(server.alpn_offers) == list(expected)


@pytest.mark.parametrize(
    ("offered", "expected"),
    [([b"h2", b"http/1.1"], b"http/1.1"), ([b"h2"], None), ([], None), (None, None)],
)
def test_tls_to_the_proxy_itself_is_http_1_if_the_client_has_it(
    offered: list[bytes] | None, expected: bytes | None
) -> None:
    client = tflow.tclient_conn()
    client.alpn = None

    accept_http_1(client, offered)

    assert client.alpn == expected


@pytest.mark.parametrize(("value", "expected"), [("never", [b"http/1.1"]), ("auto", [])])
def test_the_setting_decides_for_connections_that_are_decrypted(
    tmp_path: Path, value: str, expected: list[bytes]
) -> None:
    with Worker(tmp_path / "home", upstream_http2=value) as worker:
        ours, other = hello("api.openai.com"), hello("www.example.org")
        for data in (ours, other):
            data.context.server = Server(address=("192.0.2.1", 443))
            data.client_hello.alpn_protocols = [b"h2", b"http/1.1"]  # type: ignore[misc]
            worker.connections.tls_clienthello(data)

    assert list(ours.context.server.alpn_offers) == expected
    assert list(other.context.server.alpn_offers) == []


def test_a_client_that_speaks_http_2_keeps_it() -> None:
    client = tflow.tclient_conn()
    client.alpn = b"h2"

    server = Server(address=("api.openai.com", 443))
    server.alpn_offers = [b"h2"]
    offer_http_1(server, [b"http/1.1"])

    assert server.alpn_offers == [b"h2"]


def test_stock_mitmproxy_cuts_answers_at_a_graceful_goaway(tmp_path: Path) -> None:
    """If this fails, mitmproxy has mended it, and `upstream_http2` can be `auto` by default."""

    def answer(port: int) -> Answer:
        with H2Client(port, f"{CONFDIR}/mitmproxy-ca-cert.pem") as client:
            return client.wait(client.post("/v1/x", {}), lambda answer: answer.is_over)

    async def through(upstream: H2Upstream) -> Answer:
        ca = tmp_path / "upstream.pem"
        upstream.authority.cert_pem.write_to_path(str(ca))
        async with proxy(Redirect(), upstream_port=upstream.port, ssl_verify_upstream_trusted_ca=str(ca)) as [port]:
            return await asyncio.to_thread(answer, port)

    with H2Upstream() as upstream:
        upstream.frames = lambda _asked: [Head(()), b"first", GoAway(), Pause(0.2), End(b"last")]
        received = asyncio.run(through(upstream))

    assert received.headers[":status"] == "502"
