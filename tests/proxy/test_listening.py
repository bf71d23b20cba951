"""Which listeners workers share."""

import asyncio
import socket
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from farebox.proxy.listening import ACCEPTED_AT_ONCE, modes_of, set_up_ports, with_port
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
def test_few_connections_are_accepted_between_two_turns_of_the_loop(
    monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    number = 3 * ACCEPTED_AT_ONCE
    turns: list[int] = []

    async def burst() -> None:
        accepted: list[Any] = []
        instance = _Instance(lambda *streams: accepted.append(streams))
        [server] = await AsyncioServerInstance.listen(instance, "127.0.0.1", 0)  # type: ignore[arg-type]
        port = server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        # The kernel accepts them all.
        clients = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(number)]
        async with asyncio.timeout(10):
            while len(accepted) < number:
                await asyncio.sleep(0)
                turns.append(len(accepted))
        server.close()
        for client, (_, writer) in zip(clients, accepted, strict=True):
            client.close()
            writer.close()

    monkeypatch.setattr(AsyncioServerInstance, "listen", AsyncioServerInstance.listen)
    set_up_ports(1, workers)
    asyncio.run(burst())

    assert max(after - before for before, after in pairwise([0, *turns])) <= ACCEPTED_AT_ONCE + 1


class _Instance:
    """A listener of mitmproxy that passes its connections on."""

    mode = ProxyMode.parse("regular")

    def __init__(self, handle: Callable[..., object]) -> None:
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
