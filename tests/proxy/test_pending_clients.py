"""A connection costs little until its first head is whole; then mitmproxy gets all that it has sent."""

import asyncio
import errno
import select
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from farebox.proxy import pending_clients
from farebox.proxy.pending_clients import HELD_BYTES, PendingClients, is_begun, target_of

pytestmark = pytest.mark.skipif(not hasattr(select, "epoll"), reason="PendingClients needs epoll")

HEAD = b"POST /v1/messages HTTP/1.1\r\nhost: a\r\n\r\n"
HELLO = b"\x16\x03\x01\x00\x04abcd"


@pytest.mark.parametrize(
    ("data", "begun"),
    [
        (HEAD, True),
        (HEAD + b"body", True),
        (HEAD[:-1], False),
        (HEAD[:-2], False),
        (b"GET / HTTP/1.1\nhost: a\n\n", True),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", True),
        (b"P", False),
        (HELLO, True),
        (HELLO[:-1], False),
        (HELLO[:4], False),
        (b"\x05\x01\x00", True),
        (b"\r\n", True),
        (b"x" * HELD_BYTES, True),
        (b"\x16\x03\x01\xff\xff" + b"x" * HELD_BYTES, True),
    ],
    ids=str.split("head head+body almost line bare http2 letter hello almost-hello start socks blank long long-hello"),
)
def test_what_begins_a_connection(data: bytes, begun: bool) -> None:
    assert is_begun(data) is begun


class Handled:
    """What PendingClients has handed over: the client's address, and what it has sent up to its end."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.read: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await reader.read()
        address = writer.get_extra_info("peername")[0]
        writer.close()
        await writer.wait_closed()
        self.begun.append(address)
        self.read.append(data)

    async def until(self, number: int) -> None:
        async with asyncio.timeout(20):
            while len(self.read) < number:  # noqa: ASYNC110
                await asyncio.sleep(0.001)


@asynccontextmanager
async def listening(handled: Handled, most: int = 0) -> AsyncIterator[Callable[..., socket.socket]]:
    server = socket.create_server(("127.0.0.1", 0), backlog=50)
    port = server.getsockname()[1]
    pending = PendingClients([server], handled, most)
    clients: list[socket.socket] = []

    def connect(data: bytes = b"", address: str = "127.0.0.1") -> socket.socket:
        client = socket.create_connection(("127.0.0.1", port), 20, (address, 0))
        client.sendall(data)
        clients.append(client)
        return client

    try:
        yield connect
    finally:
        pending.close()
        for client in clients:
            client.close()


async def ended(client: socket.socket) -> bytes:
    return await asyncio.to_thread(client.recv, 1)


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())  # type: ignore[arg-type]


def test_a_connection_is_handed_over_with_every_byte_once_its_head_is_whole() -> None:
    handled = Handled()

    async def test() -> None:
        async with listening(handled) as connect:
            parts = [connect(HEAD[:9]), connect(HELLO[:3]), connect(b"GE")]
            whole = connect(HEAD + b"a")
            whole.sendall(b"b" * 200_000)
            whole.shutdown(socket.SHUT_WR)
            await handled.until(1)
            assert handled.read == [HEAD + b"a" + b"b" * 200_000]
            parts[0].sendall(HEAD[9:])
            parts[1].sendall(HELLO[3:])
            parts[0].shutdown(socket.SHUT_WR)
            parts[1].shutdown(socket.SHUT_WR)
            await handled.until(3)

    run(test)
    assert sorted(handled.read[1:]) == sorted([HEAD, HELLO])


def test_a_client_that_ends_in_the_middle_of_its_head_is_handed_over() -> None:
    handled = Handled()

    async def test() -> None:
        async with listening(handled) as connect:
            connect(b"GET / HT").shutdown(socket.SHUT_WR)
            await handled.until(1)

    run(test)
    assert handled.read == [b"GET / HT"]


def test_beyond_the_most_the_oldest_that_has_not_begun_is_closed() -> None:
    handled = Handled()

    async def test() -> None:
        async with listening(handled, most=2) as connect:
            first, second, third = connect(), connect(b"G"), connect()
            assert await ended(first) == b""
            second.sendall(HEAD[1:])
            third.sendall(HEAD)
            second.close()
            third.close()
            await handled.until(2)

    run(test)
    assert len(handled.read) == 2


def test_those_that_leave_without_a_word_make_room() -> None:
    handled = Handled()

    async def test() -> None:
        async with listening(handled, most=2) as connect:
            stays = connect()
            for _ in range(5):
                leaves = connect()
                leaves.shutdown(socket.SHUT_WR)
                assert await ended(leaves) == b""
            stays.sendall(HEAD)
            stays.shutdown(socket.SHUT_WR)
            await handled.until(1)

    run(test)
    assert handled.read == [HEAD]


@pytest.mark.parametrize(
    ("data", "target"),
    [
        (b"CONNECT API.openai.com:443 HTTP/1.1\r\n\r\n", b"api.openai.com:443"),
        (b"POST http://127.0.0.1:11434/api/chat HTTP/1.1\r\n\r\n", b"127.0.0.1:11434"),
        (b"POST /openai/v1/chat/completions HTTP/1.1\r\n\r\n", b"/openai"),
        (HELLO, b""),
    ],
    ids=["tunnel", "whole", "route", "tls"],
)
def test_the_target_of_a_head(data: bytes, target: bytes) -> None:
    assert target_of(data) == target


@pytest.mark.parametrize(
    ("head", "address"),
    [(HEAD, "127.0.0.2"), (b"CONNECT api.openai.com:443 HTTP/1.1\r\n\r\n", "127.0.0.1")],
    ids=["address", "target"],
)
def test_a_burst_holds_up_no_other_address_and_no_other_target(head: bytes, address: str) -> None:
    handled = Handled()

    async def test() -> None:
        async with listening(handled) as connect:
            for _ in range(20):
                connect(HEAD).shutdown(socket.SHUT_WR)
            connect(head, address).shutdown(socket.SHUT_WR)
            await handled.until(21)

    run(test)
    assert (address, head) in list(zip(handled.begun, handled.read, strict=True))[:15]


def test_the_end_closes_what_has_not_begun() -> None:
    async def test() -> None:
        async with listening(Handled()) as connect:
            waiting = connect(b"GET")
            asked = connect(HEAD)
            asked.shutdown(socket.SHUT_WR)
            assert await ended(asked) == b""
        # `listening` has closed its own end of both by now.
        assert waiting.fileno() == -1

    run(test)


def test_without_files_connections_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    handled = Handled()
    faults: list[Any] = []
    monkeypatch.setattr(pending_clients, "_RETRY_SECONDS", 0.01)

    class Full(socket.socket):
        is_full = True

        def accept(self) -> tuple[socket.socket, Any]:
            if self.is_full:
                raise OSError(errno.EMFILE, "too many open files")
            return super().accept()

    async def test() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: faults.append(context["exception"]))
        with socket.create_server(("127.0.0.1", 0)) as server:
            full = Full(fileno=server.detach())
        full.setblocking(False)
        pending = PendingClients([full], handled)
        with socket.create_connection(full.getsockname()) as client:
            client.sendall(HEAD)
            client.shutdown(socket.SHUT_WR)
            while not faults:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            full.is_full = False
            await handled.until(1)
        pending.close()

    run(test)
    assert {fault.errno for fault in faults} == {errno.EMFILE}
