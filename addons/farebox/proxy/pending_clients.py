"""Clients that have connected, but have sent no whole request head yet.

mitmproxy takes a millisecond or two for each connection, whatever it is for, and a turn of the event loop handles all
that has happened meanwhile: 10,000 idle connections, or heads that arrive byte by byte, hold up every call. Here they
wait in a selector of their own. It takes a bounded part of each turn, however many there are, and a few microseconds
for each event. mitmproxy gets a connection, and all that it has sent, with its first head.
"""

import asyncio
import re
import select
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from .open_files import raise_limit

Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

# Between two turns of the loop; each takes some 10 microseconds.
ACCEPTED_AT_ONCE = 16
EVENTS_AT_ONCE = 32
# A connection that has begun takes a dozen turns: with one in each third, a turn has the work of few.
TURNS_FOR_ONE = 3
# A longer head is mitmproxy's, which has a bound of its own.
HELD_BYTES = 4 << 10
MOST = 16_384
_READ = 64 << 10
_RETRY_SECONDS = 1.0
_HEAD_ENDS = re.compile(rb"\n\r?\n")
# The server's name and port in the first line, or the first segment of its path.
_TARGET = re.compile(rb"[A-Za-z]+ (?:[A-Za-z]+://)?(/?[^/?\s]*)")
_TLS_HANDSHAKE, _TLS_HEADER = 0x16, 5


def is_supported() -> bool:
    """Tell whether this system can wait for many connections apart from the loop."""
    return hasattr(select, "epoll")


def is_begun(data: bytes | bytearray) -> bool:
    """Tell whether `data` is all that is needed to begin: a whole head of HTTP, a record of TLS, or something else."""
    if len(data) >= HELD_BYTES:
        return True
    if data[0] == _TLS_HANDSHAKE:
        return len(data) >= _TLS_HEADER and len(data) >= _TLS_HEADER + int.from_bytes(data[3:_TLS_HEADER])
    if not chr(data[0]).isalpha():
        return True
    return _HEAD_ENDS.search(data) is not None


def target_of(data: bytes | bytearray) -> bytes:
    """Return what the head of a request is for: a server, or the first part of its path; nothing for TLS."""
    found = _TARGET.match(data)
    return found[1].lower() if found else b""


@dataclass(slots=True)
class _Pending:
    socket: socket.socket
    address: str
    received: bytearray = field(default_factory=bytearray)


class PendingClients:
    """Listens at `sockets`, which it owns, and calls `handle` for each connection that has begun.

    mitmproxy uses it as it uses asyncio's Server. Beyond `most` connections, the oldest that has not begun is closed.
    """

    def __init__(self, sockets: Iterable[socket.socket], handle: Handle, most: int = 0) -> None:
        self.sockets: tuple[socket.socket, ...] = tuple(sockets)
        self._handle = handle
        # Each connection that has begun may need another file.
        self._most = most or min(MOST, raise_limit() // 4)
        self._loop = asyncio.get_running_loop()
        self._events = select.epoll()
        self._pending: dict[int, _Pending] = {}
        self._begun: dict[tuple[str, bytes], deque[_Pending]] = {}
        self._is_starting = False
        self._starting: set[asyncio.Task[None]] = set()
        self._loop.add_reader(self._events.fileno(), self._read_some)
        for listening in self.sockets:
            listening.settimeout(0)
            self._accept_from(listening)

    def close(self) -> None:
        """Stop listening; connections that have not begun are closed."""
        for listening in self.sockets:
            self._loop.remove_reader(listening.fileno())
            listening.close()
        self.sockets = ()
        self._loop.remove_reader(self._events.fileno())
        self._events.close()
        for pending in self._pending.values():
            pending.socket.close()
        self._pending.clear()

    def _accept_from(self, listening: socket.socket) -> None:
        if listening in self.sockets:
            self._loop.add_reader(listening.fileno(), self._accept_some, listening)

    def _accept_some(self, listening: socket.socket) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                connection, address = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                # As asyncio does: no files are left, most likely.
                self._loop.call_exception_handler({"message": "accept() failed", "exception": error})
                self._loop.remove_reader(listening.fileno())
                self._loop.call_later(_RETRY_SECONDS, self._accept_from, listening)
                return
            connection.settimeout(0)
            self._add(_Pending(connection, str(address[0])))

    def _add(self, pending: _Pending) -> None:
        if len(self._pending) >= self._most:
            self._remove(next(iter(self._pending))).socket.close()
        descriptor = pending.socket.fileno()
        self._pending[descriptor] = pending
        self._events.register(descriptor, select.EPOLLIN)

    def _remove(self, descriptor: int) -> _Pending:
        self._events.unregister(descriptor)
        return self._pending.pop(descriptor)

    def _read_some(self) -> None:
        for descriptor, _ in self._events.poll(0, EVENTS_AT_ONCE):
            self._read(descriptor)

    def _read(self, descriptor: int) -> None:
        pending = self._pending[descriptor]
        try:
            data = pending.socket.recv(_READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
            pending.received.clear()
        pending.received += data
        if not pending.received:
            self._remove(descriptor).socket.close()
        elif not data or is_begun(pending.received):
            self._begin(self._remove(descriptor))

    def _begin(self, pending: _Pending) -> None:
        if not self._is_starting:
            self._is_starting = True
            self._loop.call_soon(self._start_next)
        self._begun.setdefault((pending.address, target_of(pending.received)), deque()).append(pending)

    def _start_next(self) -> None:
        """Have one connection handled, of each client's address and target in turn: a burst holds up itself alone."""
        if not self._begun:
            self._is_starting = False
            return
        key = next(iter(self._begun))
        waiting = self._begun.pop(key)
        pending = waiting.popleft()
        if waiting:
            self._begun[key] = waiting
        self._after(TURNS_FOR_ONE - 1)
        task = self._loop.create_task(self._start(pending))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    def _after(self, turns: int) -> None:
        """Have the next connection started when `turns` of the loop have passed."""
        if turns:
            self._loop.call_soon(self._after, turns - 1)
        else:
            self._loop.call_soon(self._start_next)

    async def _start(self, pending: _Pending) -> None:
        reader = asyncio.StreamReader(loop=self._loop)
        reader.feed_data(bytes(pending.received))
        try:
            await self._loop.connect_accepted_socket(lambda: self._protocol(reader), pending.socket)
        except OSError:
            pending.socket.close()

    def _protocol(self, reader: asyncio.StreamReader) -> Any:
        return asyncio.StreamReaderProtocol(reader, self._handle, loop=self._loop)
