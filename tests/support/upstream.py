"""A local provider: answers each request with scripted bytes, and keeps the requests."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import trustme

HOSTS = (
    "api.openai.com",
    "api.anthropic.com",
    "api.deepseek.com",
    "gateway.example.net",
    "openrouter.ai",
    "api.groq.com",
    "api.mistral.ai",
    "generativelanguage.googleapis.com",
    "www.example.org",
    "api.openai.com.example.org",
    "llm.example.net",
    "shop.openai.azure.com",
    "127.0.0.1",
)


@dataclass(frozen=True)
class Pause:
    """Wait some seconds."""

    seconds: float


@dataclass(frozen=True)
class Until:
    """Wait until the test lets the upstream go on."""

    event: threading.Event


class Reset:
    """Cut the connection off."""


class Close:
    """End the connection in order, whatever the head announced."""


Step = bytes | Pause | Until | Reset | Close


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    body_bytes: int


@dataclass
class Upstream:
    """Serves on 127.0.0.1 with TLS (`port`) and without (`plain_port`), on a thread of its own."""

    answer: Callable[[Asked], list[Step]]
    keep_bodies: bool = True
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    plain_port: int = 0
    hosts: tuple[str, ...] = HOSTS

    def __enter__(self) -> Self:
        self.authority = trustme.CA()
        self.certificate = self.authority.issue_cert(*self.hosts)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.set_alpn_protocols(["http/1.1"])
        self.certificate.configure_cert(self._tls)
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda *_: None)
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._main())
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())

    async def _main(self) -> None:
        self._stopping = asyncio.Event()
        backlog = 1000
        tls = await asyncio.start_server(self._connection, "127.0.0.1", 0, ssl=self._tls, backlog=backlog)
        plain = await asyncio.start_server(self._connection, "127.0.0.1", 0, backlog=backlog)
        self.port, self.plain_port = (server.sockets[0].getsockname()[1] for server in (tls, plain))
        self._started.set()
        await self._stopping.wait()
        tls.close()
        plain.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            while await self._exchange(reader, writer):
                pass
        with contextlib.suppress(OSError):
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body, size = await self._body(reader, headers)
        asked = Asked(method, target, headers, body, size)
        self.asked.append(asked)
        for step in self.answer(asked):
            if isinstance(step, bytes):
                writer.write(step)
                await writer.drain()
            elif isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
            elif isinstance(step, Until):
                await asyncio.to_thread(step.event.wait, 30)
            elif isinstance(step, Reset):
                writer.transport.abort()
                return False
            else:
                return False
        return True

    async def _body(self, reader: asyncio.StreamReader, headers: dict[str, str]) -> tuple[bytes, int]:
        kept, size = bytearray(), 0

        async def take(length: int) -> None:
            nonlocal size
            while length:
                piece = await reader.read(min(length, 1 << 16))
                if not piece:
                    raise asyncio.IncompleteReadError(b"", length)
                length -= len(piece)
                size += len(piece)
                if self.keep_bodies:
                    kept.extend(piece)

        if "chunked" in headers.get("transfer-encoding", ""):
            while length := int((await reader.readline()).split(b";")[0], 16):
                await take(length)
                await reader.readline()
            await reader.readline()
        else:
            await take(int(headers.get("content-length", 0)))
        return bytes(kept), size


def plain(body: bytes, *, status: str = "200 OK", headers: str = "") -> list[Step]:
    """Return the steps of an answer with Content-Length."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {len(body)}\r\n\r\n"
    return [head.encode() + body]


def stream(pieces: list[bytes], *, headers: str = "", pause: float = 0, end: Step | None = None) -> list[Step]:
    """Return the steps of a chunked event stream; its end of message goes out in a packet of its own, after 100 ms."""
    steps: list[Step] = [
        f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{headers}transfer-encoding: chunked\r\n\r\n".encode()
    ]
    for piece in pieces:
        steps.append(b"%x\r\n%s\r\n" % (len(piece), piece))
        if pause:
            steps.append(Pause(pause))
    return [*steps, end] if end else [*steps, Pause(0.1), b"0\r\n\r\n"]
