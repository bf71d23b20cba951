"""Odd framing that clients read passes from verified servers, made plain; everywhere else mitmproxy's guard stays."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from farebox.proxy.patches import framing
from farebox.proxy.patches.framing import is_verified, plain
from farebox.proxy.patches.heads import bound_heads

from tests.proxy.patches.test_interim import answer_of
from tests.support.flows import ANSWER, Worker
from tests.support.live import ask, proxy, upstream

START = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n"
ODD = [
    (b"content-length: 5\r\n" + CHUNKED, CHUNKED),
    (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", CHUNKED),
    (CHUNKED + CHUNKED, CHUNKED),
    (b"transfer-encoding: chunked, chunked\r\n", CHUNKED),
    (b"transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n", b"transfer-encoding: gzip,chunked\r\n"),
]
FINE = [
    CHUNKED,
    b"content-length: 5\r\n",
    b"transfer-encoding: gzip, chunked\r\n",
    b"x-transfer-encoding: chunked\r\n",
    b"",
]


@pytest.mark.parametrize(("lines", "expected"), [*ODD, *((one, one) for one in FINE)])
def test_odd_framing_is_made_plain_and_other_heads_stay(lines: bytes, expected: bytes) -> None:
    assert plain(START + lines) == START + expected


@pytest.mark.parametrize(
    ("is_tls", "is_insecure", "expected"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_a_server_is_verified_by_its_certificate(is_tls: bool, is_insecure: bool, expected: bool) -> None:
    options = SimpleNamespace(ssl_insecure=is_insecure)
    connection: Any = SimpleNamespace(
        conn=SimpleNamespace(tls_established=is_tls), context=SimpleNamespace(options=options)
    )

    assert is_verified(connection) is expected


@pytest.mark.parametrize("lines", [lines for lines, _ in ODD[:4]])
def test_a_verified_server_s_answer_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: bytes) -> None:
    bound_heads()
    monkeypatch.setattr(framing, "is_verified", lambda _connection: True)
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(ANSWER), ANSWER)

    received, outcomes = answer_of(tmp_path / "home", [START + lines, b"\r\n" + body], until=b"0\r\n\r\n")

    assert (received, outcomes) == (START + CHUNKED + b"\r\n" + body, ["ok 200"])


def test_other_servers_and_clients_still_meet_mitmproxy_s_guard(tmp_path: Path) -> None:
    """If this fails, mitmproxy accepts such answers itself, and the patch can go."""
    bound_heads()
    odd = START + ODD[0][0] + b"\r\n0\r\n\r\n"
    received, outcomes = answer_of(tmp_path / "home", [odd], until=b"</html>")
    assert (received[:12], outcomes) == (b"HTTP/1.1 502", ["provider_cut None"])

    async def refused(worker: Worker) -> bytes:
        async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            await reader.read()

        async with upstream(silent) as server, proxy(worker.connections, worker.sidecar) as [port]:
            head = b"POST http://127.0.0.1:%d/v1/chat/completions HTTP/1.1\r\n" % server
            return await ask(port, head + ODD[0][0] + b"\r\n0\r\n\r\n", until=b"</html>")

    with Worker(tmp_path / "second") as worker:
        assert asyncio.run(refused(worker)).startswith(b"HTTP/1.1 400")
