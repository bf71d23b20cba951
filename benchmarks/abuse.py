"""What other clients notice while the sidecar is abused; `make abuse` prints the table of docs/security.md.

One client calls every 50 ms, from a process of its own, while each abuse goes on. A row is false if it belongs to
no call that a client made. FLAGS="--short" abuses less, in a few seconds.
"""

import argparse
import asyncio
import contextlib
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.support.sidecar import Sidecar
from tests.support.upstream import Asked, Step, Upstream, plain

PATH = "/v1/chat/completions"
EVERY = 0.05
ANSWER = b'{"id": "r", "model": "gpt-4o", "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}'
BODY = b'{"model": "victim", "messages": []}'
BOMB = 256 << 20


class Target(NamedTuple):
    """Where to send abuse: the proxy's port and the provider's."""

    proxy: int
    provider: int


class Abuse(NamedTuple):
    """One abuse: its name, how often it is done, the coroutine that does it, and how many calls that are."""

    name: str
    number: int
    run: Callable[[Target, int], Awaitable[None]]
    calls: Callable[[int], int] = lambda _number: 0


def main() -> None:
    """Print a line for each abuse."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--client", nargs=3, metavar=("PROXY", "PROVIDER", "SECONDS"))
    given = parser.parse_args()
    if given.client:
        proxy, provider, seconds = given.client
        print(json.dumps(asyncio.run(_client(Target(int(proxy), int(provider)), float(seconds)))))
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    share, seconds = (20, 3.0) if given.short else (1, 10.0)
    print(
        "| abuse | calls | median | 99 % | worst | worker | recorder | false rows |\n|---|---|---|---|---|---|---|---|"
    )
    for abuse in ABUSES:
        print(_measured(abuse, max(1, abuse.number // share), seconds), flush=True)


def _measured(abuse: Abuse, number: int, seconds: float) -> str:
    """Return the line of one abuse, against a sidecar of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Upstream(_answer, keep_bodies=False) as upstream,
        Sidecar(Path(folder) / "home") as sidecar,
    ):
        target = Target(sidecar.port, upstream.plain_port)
        client = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "benchmarks.abuse",
                "--client",
                str(target.proxy),
                str(target.provider),
                str(seconds),
            ],
            stdout=subprocess.PIPE,
        )
        asyncio.run(_abused(abuse, target, number, seconds))
        delays = sorted(json.loads(client.communicate(timeout=120)[0]))
        worker, recorder = (_memory(sidecar, name) for name in ("farebox.proxy", "farebox.recorder"))
        time.sleep(1.0)
        false = max(0, len(sidecar.rows()) - len(delays) - abuse.calls(number))
    times = (delays[len(delays) // 2], delays[len(delays) * 99 // 100], delays[-1])
    figures = " | ".join(f"{1000 * one:.0f} ms" for one in times)
    return f"| {number} x {abuse.name} | {len(delays)} | {figures} | {worker} MB | {recorder} MB | {false} |"


def _answer(asked: Asked) -> list[Step]:
    if asked.headers.get("x-abuse") == "bomb":
        body = gzip.compress(b'{"model": "abuse", "x": "' + b" " * (BOMB >> 3) + b'"}', 1)
        return plain(body, headers="content-encoding: gzip\r\n")
    return plain(ANSWER)


async def _abused(abuse: Abuse, target: Target, number: int, seconds: float) -> None:
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(seconds + 2):
            await abuse.run(target, number)


def _memory(sidecar: Sidecar, module: str) -> int:
    """Return the largest memory so far of the process that runs `module`, in MB."""
    for process in psutil.Process(sidecar.process.pid).children(recursive=True):
        if module in process.cmdline():
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024
    return 0


async def _client(target: Target, seconds: float) -> list[float]:
    """Return how many seconds each call took that was due at a multiple of EVERY."""
    delays, began = [], time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", target.proxy)
    for number in range(int(seconds / EVERY)):
        due = began + number * EVERY
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        writer.write(_head(target, len(BODY)) + BODY)
        await reader.readuntil(ANSWER)
        delays.append(time.monotonic() - due)
    writer.close()
    return delays


def _head(target: Target, length: int, more: str = "") -> bytes:
    host = f"127.0.0.1:{target.provider}"
    head = f"POST http://{host}{PATH} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n{more}"
    return f"{head}content-length: {length}\r\n\r\n".encode()


@contextlib.asynccontextmanager
async def _opened(
    target: Target, number: int
) -> AsyncIterator[list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]:
    """Open connections to the proxy, 200 at a time."""
    opened: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    try:
        for start in range(0, number, 200):
            some = (asyncio.open_connection("127.0.0.1", target.proxy) for _ in range(min(200, number - start)))
            opened += await asyncio.gather(*some)
        yield opened
    finally:
        for _, writer in opened:
            writer.transport.abort()


async def _nothing(_target: Target, _number: int) -> None:
    await asyncio.sleep(3600)


async def _own_address(target: Target, number: int) -> None:
    own = b"127.0.0.1:%d" % target.proxy
    async with _opened(target, number) as opened:
        for _, writer in opened:
            writer.write(b"CONNECT %b HTTP/1.1\r\nhost: %b\r\n\r\n" % (own, own))
        await _nothing(target, number)


async def _half_bodies(target: Target, number: int) -> None:
    half = b'{"model": "abuse", "messages": "' + b"x" * (15 << 19)
    async with _opened(target, number) as opened:
        for _, writer in opened:
            writer.write(_head(target, 15 << 20) + half)
            await writer.drain()
        await _nothing(target, number)


async def _bombs_up(target: Target, number: int) -> None:
    body = gzip.compress(b'{"model": "abuse", "messages": "' + b" " * BOMB + b'"}', 9)
    async with _opened(target, number) as opened:
        for reader, writer in opened:
            writer.write(_head(target, len(body), "content-encoding: gzip\r\n") + body)
            await reader.readuntil(b"completion_tokens")
        await _nothing(target, number)


async def _bombs_down(target: Target, number: int) -> None:
    async with _opened(target, number) as opened:
        for reader, writer in opened:
            writer.write(_head(target, len(BODY), "x-abuse: bomb\r\n") + BODY)
            await reader.readuntil(b"\r\n\r\n")
        await _nothing(target, number)


async def _slow_heads(target: Target, number: int) -> None:
    async with _opened(target, number) as opened:
        for _, writer in opened:
            writer.write(b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nx: " % target.provider)
        while True:
            await asyncio.sleep(1)
            for _, writer in opened:
                writer.write(b"x")


async def _idle(target: Target, number: int) -> None:
    async with _opened(target, number):
        await _nothing(target, number)


async def _tiny_chunks(target: Target, number: int) -> None:
    head = _head(target, 0).replace(b"content-length: 0", b"transfer-encoding: chunked")
    async with _opened(target, 1) as [(reader, writer)]:
        writer.write(head)
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
    Abuse("idle connection", 10_000, _idle),
    Abuse("chunk of one byte", 300_000, _tiny_chunks, lambda _number: 1),
)

if __name__ == "__main__":
    main()
