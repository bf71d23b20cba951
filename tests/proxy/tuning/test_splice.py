"""A stream that passes mitmproxy's layers by has the same bytes, and the layers get its end and its errors."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

import pytest
import trustme
from farebox.proxy.patches.trailers import pass_trailers
from farebox.proxy.tuning import one_event, passes, splice
from farebox.proxy.tuning.splice import use_splice
from mitmproxy import http, platform
from mitmproxy.addons.next_layer import NextLayer
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Connection, Http1Server
from mitmproxy.proxy.layers.tls import TLSLayer
from mitmproxy.proxy.server import ConnectionHandler
from mitmproxy.test import taddons

_METHODS = (
    (ConnectionHandler, "server_event"),
    (Http1Server, "send"),
    (Http1Client, "send"),
    (HttpStream, "start_response_stream"),
    (TLSLayer, "receive_data"),
)
_STOCK = [(owner, name, getattr(owner, name)) for owner, name in _METHODS]
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
CUT = b"cut"


class Streaming:
    """The add-on whose function passes chunks on."""

    def __init__(self, function: Callable[[bytes], Any]) -> None:
        self.function = function

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        assert flow.response
        flow.response.stream = self.function


@pytest.fixture(params=["stock", "tuned"], autouse=True)
def tuning(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the reads that pass the layers by."""
    for owner, name, stock in _STOCK:
        monkeypatch.setattr(owner, name, stock)
    monkeypatch.setattr(Http1Connection, "body_reader", None, raising=False)
    monkeypatch.setattr(passes, "bypass", passes.bypass)
    passed: list[bytes] = []
    pass_on = splice._Splice.pass_on

    def noting_pass_on(self: splice._Splice, handler: ConnectionHandler, data: bytes) -> bytes | None:
        passed.append(data)
        return pass_on(self, handler, data)

    monkeypatch.setattr(splice._Splice, "pass_on", noting_pass_on)
    pass_trailers()
    if request.param == "tuned":
        assert passes.use_one_write()
        assert one_event.use_one_event()
        assert use_splice()
    return passed


_MODES = {"reverse": "reverse:https://127.0.0.1:{server}", "transparent": "transparent", "socks5": "socks5"}


class Way:
    """A client's way to a provider: `plain`, a tunnel by `connect`, a `reverse`, `transparent` or `socks5` listener."""

    def __init__(self, kind: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.kind = kind
        self.folder = folder
        self.monkeypatch = monkeypatch
        self.tls: ssl.SSLContext | None = None
        if kind != "plain":
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trustme.CA().issue_cert("127.0.0.1").configure_cert(self.tls)

    def play(self, *steps: bytes, function: Callable[[bytes], Any] = lambda data: data, calls: int = 1) -> bytes:
        """Return what a client gets behind the head of each answer, whose `steps` its server sends one by one."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # A client that leaves ends what is left of the last pause.
            with closing(writer), suppress(asyncio.CancelledError):
                for _ in range(calls):
                    await reader.readuntil(b"\r\n\r\n")
                    for step in (HEAD, *steps):
                        if step == CUT:
                            return
                        writer.write(step)
                        await asyncio.sleep(0.02)

        async def run() -> bytes:
            server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=self.tls)
            got = await self._ask(server.sockets[0].getsockname()[1], function, calls)
            server.close()
            await server.wait_closed()
            return got

        return asyncio.run(run())

    async def _ask(self, server: int, function: Callable[[bytes], Any], calls: int) -> bytes:
        proxy, config = Proxyserver(), TlsConfig()
        mode = _MODES.get(self.kind, "regular").format(server=server)
        with taddons.context(proxy, config, NextLayer(), Streaming(function)) as context:
            asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
            context.configure(config, confdir=self.folder, ssl_insecure=True)
            context.configure(proxy, listen_host="127.0.0.1", listen_port=0, mode=[mode])
            proxy.running()
            assert await proxy.setup_servers()
            # What the system knows of a connection that it has redirected.
            self.monkeypatch.setattr(platform, "original_addr", lambda _: ("127.0.0.1", server))
            got = await _answers(self.kind, proxy.listen_addrs()[0][1], server, calls)
            while proxy.connections:  # noqa: ASYNC110 - mitmproxy has no event for it
                await asyncio.sleep(0.01)
            await proxy.servers.update([])
        return got


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the folder of the proxy's own authority."""
    return str(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=["plain", "connect", *_MODES])
def way(request: pytest.FixtureRequest, authority: str, monkeypatch: pytest.MonkeyPatch) -> Way:
    return Way(request.param, authority, monkeypatch)


async def _answers(kind: str, proxy: int, server: int, calls: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy)
    if kind == "connect":
        writer.write(f"CONNECT 127.0.0.1:{server} HTTP/1.1\r\n\r\n".encode())
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
    if kind == "socks5":
        writer.write(b"\x05\x01\x00" + b"\x05\x01\x00\x01\x7f\x00\x00\x01" + server.to_bytes(2))
        assert await reader.readexactly(12) == b"\x05\x00" + b"\x05\x00\x00\x01" + bytes(6)
    if kind in {"connect", "transparent", "socks5"}:
        await writer.start_tls(ssl._create_unverified_context())
    got = b""
    for _ in range(calls):
        target = f"http://127.0.0.1:{server}/" if kind == "plain" else "/"
        writer.write(f"GET {target} HTTP/1.1\r\nhost: 127.0.0.1:{server}\r\n\r\n".encode())
        assert await reader.readuntil(b"\r\n\r\n") == HEAD
        answer, data = b"", b"begun"
        while data and not answer.endswith(b"\r\n\r\n"):
            data = await asyncio.wait_for(reader.read(1 << 16), 10)
            answer += data
        got += answer
    writer.close()
    with suppress(ssl.SSLError):
        await writer.wait_closed()
    return got


ONE, TWO, END = b"3\r\none\r\n", b"3\r\ntwo\r\n", b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("steps", "got"),
    [
        ((ONE, TWO, END), ONE + TWO + END),
        ((ONE + TWO, TWO + END), ONE + TWO + TWO + END),
        ((b"00A\r\n0123456789\r\n", b"3;x=y\r\none\r\n", TWO, END), b"a\r\n0123456789\r\n" + ONE + TWO + END),
        ((ONE, b"6\r\none", b"two\r\n", TWO, END), ONE + ONE + TWO + TWO + END),
        ((ONE, b"3", b"\r\ntwo\r", b"\n", ONE, END), ONE + TWO + ONE + END),
        ((ONE, TWO, CUT), ONE + TWO),
        ((ONE, TWO, b"nonsense\r\n"), ONE + TWO),
        ((ONE, b"0\r\nx-checksum: 1\r\n\r\n"), ONE + b"0\r\nx-checksum: 1\r\n\r\n"),
    ],
    ids=["single", "joined", "other-forms", "cut-chunk", "cut-size", "reset", "no-chunk", "trailers"],
)
def test_the_client_gets_the_same_bytes(way: Way, steps: tuple[bytes, ...], got: bytes) -> None:
    assert way.play(*steps) == got


def test_single_chunks_pass_the_layers_by(way: Way, request: pytest.FixtureRequest, tuning: list[bytes]) -> None:
    way.play(ONE, TWO, END, calls=2)

    is_tuned = request.node.callspec.params["tuning"] == "tuned"
    assert len(tuning) == (2 * 3 if is_tuned else 0)


def test_a_function_can_change_drop_and_split_chunks(way: Way) -> None:
    seen: list[bytes] = []

    def function(data: bytes) -> list[bytes]:
        seen.append(data)
        return [] if data in {b"", b"two"} else [data.upper(), b"more"]

    assert way.play(ONE, TWO, ONE + TWO, END, function=function) == (
        b"3\r\nONE\r\n4\r\nmore\r\n" + b"6\r\nONETWO\r\n4\r\nmore\r\n" + END
        if b"onetwo" in seen
        else b"3\r\nONE\r\n4\r\nmore\r\n" * 2 + END
    )


def test_after_a_function_that_raises_the_answer_does_not_end_as_if_it_were_whole(
    way: Way, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    def function(data: bytes) -> bytes:
        if data == b"two":
            raise ValueError("broken")
        return data

    is_tuned = request.node.callspec.params["tuning"] == "tuned"
    # mitmproxy alone leaves the chunk out, and goes on.
    assert way.play(ONE, TWO, ONE, END, function=function) == (ONE if is_tuned else ONE + ONE + END)
    assert "mitmproxy has crashed!" in caplog.text


def test_other_code_of_mitmproxy_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splice, "are_known", lambda _: False)

    assert not use_splice()
