"""Load for `benchmarks.speed`: clients that keep their connections, through a proxy or straight to the provider."""

import asyncio
import re
import ssl
import statistics
import time
from typing import NamedTuple

from .speed_answers import Scenario

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_SENT = re.compile(rb"@(\d+\.\d+)@")


class Target(NamedTuple):
    """Where clients connect: to a proxy, by CONNECT, or else to a server itself; without `authority`, without TLS."""

    port: int
    authority: str | None
    is_proxy: bool = True


class Taken(NamedTuple):
    """What clients have seen: seconds in all, and milliseconds from sending a chunk to its arrival."""

    seconds: float
    first: float | None
    transit: float | None


async def run(scenario: Scenario, target: Target) -> Taken:
    """Make all calls of `scenario`; AssertionError if an answer is not whole."""
    context = ssl.create_default_context(cafile=target.authority) if target.authority else None
    share = scenario.calls // scenario.clients
    firsts: list[float] = []
    others: list[float] = []
    began = time.monotonic()
    await asyncio.gather(*(_client(scenario, target, context, share, firsts, others) for _ in range(scenario.clients)))
    return Taken(time.monotonic() - began, _median(firsts), _median(others))


async def _client(
    scenario: Scenario,
    target: Target,
    context: ssl.SSLContext | None,
    calls: int,
    firsts: list[float],
    others: list[float],
) -> None:
    if target.is_proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        writer.write(f"CONNECT {scenario.host}:443 HTTP/1.1\r\nhost: {scenario.host}:443\r\n\r\n".encode())
        assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
        assert context
        await writer.start_tls(context, server_hostname=scenario.host)
    else:
        name = scenario.host if context else None
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port, ssl=context, server_hostname=name)
    request = scenario.request
    for _ in range(calls):
        writer.write(request)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        if not scenario.chunks:
            length = _LENGTH.search(head)
            assert length, head
            await reader.readexactly(int(length[1]))
        elif scenario.pause:
            await _paced(reader, firsts, others)
        else:
            await reader.readuntil(b"0\r\n\r\n")
    writer.close()


async def _paced(reader: asyncio.StreamReader, firsts: list[float], others: list[float]) -> None:
    into, tail = firsts, b""
    while not tail.endswith(b"0\r\n\r\n"):
        data = await reader.read(1 << 16)
        now = time.monotonic()
        assert data
        for sent in _SENT.findall(data):
            into.append(1e3 * (now - float(sent)))
            into = others
        tail = (tail + data)[-5:]


def _median(values: list[float]) -> float | None:
    return statistics.median(values) if values else None
