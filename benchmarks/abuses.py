"""Abuses of a proxy, for `benchmarks/abuse.py`: each is a coroutine that goes on until it is cancelled."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

PATH = "/v1/chat/completions"
BODY = b'{"model": "victim", "messages": []}'
BOMB = 256 << 20


class Target(NamedTuple):
    """Where to send abuse: the ports of the proxy, the provider and the metrics."""

    proxy: int
    provider: int
    metrics: int


class Abuse(NamedTuple):
    """One abuse: its name, how often it is done, the coroutine that does it, and how many calls that are."""

    name: str
    number: int
    run: Callable[[Target, int], Awaitable[None]]
    calls: Callable[[int], int] = lambda _number: 0


def head(target: Target, length: int, more: str = "") -> bytes:
    host = f"127.0.0.1:{target.provider}"
    head = f"POST http://{host}{PATH} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n{more}"
    return f"{head}content-length: {length}\r\n\r\n".encode()


@contextlib.asynccontextmanager
async def _opened(port: int, number: int) -> AsyncIterator[list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]:
    """Open connections, 200 at a time."""
    opened: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    try:
        for start in range(0, number, 200):
            some = (asyncio.open_connection("127.0.0.1", port) for _ in range(min(200, number - start)))
            opened += await asyncio.gather(*some)
        yield opened
    finally:
        for _, writer in opened:
            writer.transport.abort()


async def _nothing(_target: Target, _number: int) -> None:
    await asyncio.sleep(3600)


async def _own_address(target: Target, number: int) -> None:
    own = b"127.0.0.1:%d" % target.proxy
    async with _opened(target.proxy, number) as opened:
        for _, writer in opened:
            writer.write(b"CONNECT %b HTTP/1.1\r\nhost: %b\r\n\r\n" % (own, own))
        await _nothing(target, number)


async def _half_bodies(target: Target, number: int) -> None:
    half = b'{"model": "abuse", "messages": "' + b"x" * (15 << 19)
    async with _opened(target.proxy, number) as opened:
        for _, writer in opened:
            writer.write(head(target, 15 << 20) + half)
            await writer.drain()
        await _nothing(target, number)


async def _bombs_up(target: Target, number: int) -> None:
    body = gzip.compress(b'{"model": "abuse", "messages": "' + b" " * BOMB + b'"}', 9)
    async with _opened(target.proxy, number) as opened:
        for reader, writer in opened:
            writer.write(head(target, len(body), "content-encoding: gzip\r\n") + body)
            await reader.readuntil(b"completion_tokens")
        await _nothing(target, number)


async def _bombs_down(target: Target, number: int) -> None:
    async with _opened(target.proxy, number) as opened:
        for reader, writer in opened:
            writer.write(head(target, len(BODY), "x-abuse: bomb\r\n") + BODY)
            await reader.readuntil(b"\r\n\r\n")
        await _nothing(target, number)


async def _slow_heads(target: Target, number: int) -> None:
    async with _opened(target.proxy, number) as opened:
        for _, writer in opened:
            writer.write(b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nx: " % target.provider)
        while True:
            await asyncio.sleep(1)
            for _, writer in opened:
                writer.write(b"x")


async def _half_scrapes(target: Target, number: int) -> None:
    async with _opened(target.metrics, number) as opened:
        for _, writer in opened:
            writer.write(b"GET /metrics HTTP/1.1\r\nx: ")
        await _nothing(target, number)


async def _idle(target: Target, number: int) -> None:
    async with _opened(target.proxy, number):
        await _nothing(target, number)


async def _tiny_chunks(target: Target, number: int) -> None:
    chunked = head(target, 0).replace(b"content-length: 0", b"transfer-encoding: chunked")
    async with _opened(target.proxy, 1) as [(reader, writer)]:
        writer.write(chunked)
        for _ in range(number // 1000):
            writer.write(b"1\r\n \r\n" * 1000)
            await writer.drain()
        writer.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY))
        await reader.readuntil(b"completion_tokens")
        await _nothing(target, number)


ABUSES = (
    Abuse("nothing", 1, _nothing),
    Abuse("the proxy's own address", 500, _own_address),
    Abuse("15 MiB body, half sent", 40, _half_bodies, int),
    Abuse("compressed request, 256 MiB", 20, _bombs_up, int),
    Abuse("compressed answer, 32 MiB", 20, _bombs_down, int),
    Abuse("slow head", 1500, _slow_heads),
    Abuse("half-open request for metrics", 1500, _half_scrapes),
    Abuse("idle connection", 10_000, _idle),
    Abuse("chunk of one byte", 300_000, _tiny_chunks, lambda _number: 1),
)
