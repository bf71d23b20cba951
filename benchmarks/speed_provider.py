"""A provider for `benchmarks.speed`, in a process of its own: `python -m benchmarks.speed_provider FOLDER`.

It listens with TLS and without, writes its CA to FOLDER/upstream-ca.pem, and prints both ports. The text of a chunk
that is sent after a pause is the moment at which it is sent.
"""

import asyncio
import json
import re
import ssl
import sys
import time
from pathlib import Path

import trustme

from .speed_answers import ANTHROPIC, OPENAI, Answer, answer

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_HOST = re.compile(rb"(?i)\r\nhost: *([^\r:]+)")
_CHUNKS = re.compile(rb"(?i)\r\nx-chunks: *(\d+)")
_PAUSE = re.compile(rb"(?i)\r\nx-pause: *([\d.]+)")


class _Connection(asyncio.Protocol):
    transport: asyncio.Transport

    def __init__(self) -> None:
        self._received = bytearray()
        self._expected = 0
        self._head = b""
        self._answers = set[asyncio.Task[None]]()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._expected:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            self._head = bytes(self._received[:end])
            length = _LENGTH.search(self._head)
            self._expected = end + 4 + (int(length[1]) if length else 0)
        if len(self._received) >= self._expected:
            del self._received[: self._expected]
            self._expected = 0
            self._answer(self._head)

    def _answer(self, head: bytes) -> None:
        host, chunks, pause = _HOST.search(head), _CHUNKS.search(head), _PAUSE.search(head)
        given = answer(
            host[1].decode() if host else "", int(chunks[1]) if chunks else 0, float(pause[1]) if pause else 0
        )
        self.transport.write(given.begin)
        if given.chunks:
            task = asyncio.create_task(self._chunks(given))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _chunks(self, given: Answer) -> None:
        for _ in range(given.chunks):
            await asyncio.sleep(given.pause)
            self.transport.write(given.chunk(f"@{time.monotonic():.6f}@"))
        self.transport.write(given.end)


async def _serve(folder: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "upstream-ca.pem"))
    certificate = authority.issue_cert(OPENAI, ANTHROPIC, "127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "provider.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.set_alpn_protocols(["http/1.1"])
    certificate.configure_cert(tls)
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(_Connection, "127.0.0.1", 0, ssl=one, backlog=1000) for one in (tls, None)]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
