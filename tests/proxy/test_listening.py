"""Which listeners workers share."""

import asyncio
import socket
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from farebox.proxy import listening
from farebox.proxy.listening import ACCEPTED_AT_ONCE, modes_of, set_up_ports, with_port
from farebox.proxy.pending_clients import PendingClients
from mitmproxy.proxy.mode_servers import AsyncioServerInstance
from mitmproxy.proxy.mode_specs import ProxyMode

MODES = (
    "reverse:https://api.deepseek.com@8101",
    "reverse:http3://api.deepseek.com@8102",
    "socks5@1080",
    "dns@5353",
    "wireguard@5182",
    "local:node",
    "tun",
    "transparent@8103",
)


def test_the_first_worker_serves_every_mode() -> None:
    assert modes_of(1, MODES) == list(MODES)


def test_other_workers_serve_what_can_be_shared() -> None:
    shared = ["reverse:https://api.deepseek.com@8101", "socks5@1080", "dns@5353", "transparent@8103"]

    assert modes_of(2, MODES) == shared


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("mode", "most"), [("transparent", ACCEPTED_AT_ONCE + 1), ("regular", 1)])
def test_few_connections_begin_between_two_turns_of_the_loop(
    monkeypatch: pytest.MonkeyPatch, workers: int, mode: str, most: int
) -> None:
    number = 3 * ACCEPTED_AT_ONCE
    turns: list[int] = []

    async def burst() -> None:
        accepted: list[Any] = []
        instance = _Instance(mode, lambda *streams: accepted.append(streams))
        [server] = await AsyncioServerInstance.listen(instance, "127.0.0.1", 0)  # type: ignore[arg-type]
        port = server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        # The kernel accepts them all.
        clients = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(number)]
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        async with asyncio.timeout(10):
            while len(accepted) < number:
                await asyncio.sleep(0)
                turns.append(len(accepted))
        server.close()
        for client, (_, writer) in zip(clients, accepted, strict=True):
            client.close()
            writer.close()
            await writer.wait_closed()

    monkeypatch.setattr(AsyncioServerInstance, "listen", AsyncioServerInstance.listen)
    set_up_ports(1, workers)
    asyncio.run(burst())

    assert max(after - before for before, after in pairwise([0, *turns])) <= most


@pytest.mark.parametrize(
    ("spec", "is_held"),
    [
        ("regular", True),
        ("upstream:http://proxy.example:3128", True),
        ("socks5", True),
        ("reverse:http://127.0.0.1:8000", True),
        ("reverse:tcp://127.0.0.1:25", False),
        ("transparent", False),
    ],
)
def test_connections_are_held_until_they_begin_only_where_the_client_speaks_first(
    monkeypatch: pytest.MonkeyPatch, spec: str, is_held: bool
) -> None:
    assert _held(monkeypatch, spec) is is_held


def test_code_of_mitmproxy_that_is_not_known_gets_connections_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_is_known", lambda: False)

    assert not _held(monkeypatch, "regular")


def test_mitmproxys_code_is_known() -> None:
    assert listening._is_known()


def _held(monkeypatch: pytest.MonkeyPatch, spec: str) -> bool:
    """Tell whether a listener of the mode `spec` holds connections until they begin."""

    async def listened() -> object:
        instance = _Instance(spec, lambda *_streams: None)
        [server] = await AsyncioServerInstance.listen(instance, "127.0.0.1", 0)  # type: ignore[arg-type]
        server.close()
        return server

    monkeypatch.setattr(AsyncioServerInstance, "listen", AsyncioServerInstance.listen)
    set_up_ports(1, 1)
    return isinstance(asyncio.run(listened()), PendingClients)


class _Instance:
    """A listener of mitmproxy that passes its connections on."""

    def __init__(self, mode: str, handle: Callable[..., object]) -> None:
        self.mode = ProxyMode.parse(mode)
        self._handle = handle

    async def handle_stream(self, *streams: object) -> None:
        self._handle(*streams)


class _At:
    """A server that listens."""

    def __init__(self, spec: str, *ports: int) -> None:
        self.mode = ProxyMode.parse(spec)
        self.listen_addrs = tuple(("127.0.0.1", port) for port in ports)


@pytest.mark.parametrize(
    ("spec", "ports", "fixed"),
    [
        ("reverse:https://api.deepseek.com@0", (50100,), "reverse:https://api.deepseek.com@50100"),
        ("socks5@127.0.0.1:0", (50101, 50101), "socks5@127.0.0.1:50101"),
        ("reverse:http://127.0.0.1:8000@8100", (8100,), "reverse:http://127.0.0.1:8000@8100"),
        ("regular", (8080,), "regular"),
        ("local:node", (), "local:node"),
    ],
)
def test_a_mode_keeps_the_port_that_it_got(spec: str, ports: tuple[int, ...], fixed: str) -> None:
    server: Any = _At(spec, *ports)

    assert with_port(server) == fixed
