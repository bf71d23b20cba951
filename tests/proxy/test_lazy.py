"""An outage behind a reverse listener is a row with its model, and a 502."""

import asyncio
import ssl
from pathlib import Path

import pytest
from farebox.proxy.lazy import LazyOptions
from mitmproxy.options import Options

from tests.support.flows import Worker
from tests.support.live import ask, proxy, upstream

UNVERIFIED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
UNVERIFIED.check_hostname, UNVERIFIED.verify_mode = False, ssl.CERT_NONE
BODY = b'{"model": "deepseek-chat", "messages": []}'
REQUEST = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"


async def greeting(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 ready\r\n")
    await writer.drain()


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain client", "TLS client"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_is_down_is_a_row_and_a_502(tmp_path: Path, scheme: str, is_tls: bool) -> None:
    async def answer(worker: Worker) -> bytes:
        async with upstream(silent) as down:
            pass
        async with proxy(worker.connections, worker.sidecar, modes=(f"reverse:{scheme}://127.0.0.1:{down}@0",)) as [at]:
            return await ask(
                at, b"%bcontent-length: %d\r\n\r\n%b" % (REQUEST, len(BODY), BODY), tls=UNVERIFIED if is_tls else None
            )

    with Worker(tmp_path / "home") as worker:
        received = asyncio.run(answer(worker))
        [reading] = worker.readings()

    assert received.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert (reading.outcome, reading.model_requested, reading.status) == ("network_error", "deepseek-chat", None)


def test_a_server_that_speaks_first_still_does(tmp_path: Path) -> None:
    async def greeted(worker: Worker) -> bytes:
        async with upstream(greeting) as server:
            mode = f"reverse:tcp://127.0.0.1:{server}@0"
            async with proxy(worker.connections, worker.sidecar, modes=(mode,)) as [at]:
                return await ask(at, b"", until=b"\n")

    with Worker(tmp_path / "home") as worker:
        assert asyncio.run(greeted(worker)) == b"220 ready\r\n"


def test_stock_mitmproxy_runs_no_hook_and_answers_nothing() -> None:
    """If this fails, mitmproxy has mended it, and reverse listeners can be eager."""
    seen: list[str] = []

    class Look:
        def requestheaders(self, _flow: object) -> None:
            seen.append("request")

    async def answer() -> bytes:
        async with upstream(silent) as down:
            pass
        async with proxy(Look(), modes=(f"reverse:http://127.0.0.1:{down}@0",)) as [at]:
            return await ask(at, REQUEST + b"\r\n")

    assert (asyncio.run(answer()), seen) == (b"", [])


def test_other_options_stay() -> None:
    lazy = LazyOptions(Options(listen_port=1234))

    assert (lazy.connection_strategy, lazy.listen_port) == ("lazy", 1234)
