"""A relay before a ClickHouse server, which loses a request or an answer, or calls a function before one."""

import re
import socket
import threading
from collections.abc import Callable
from typing import Self

_LENGTH = re.compile(rb"(?i)content-length: *(\d+)")


class Relay:
    """Passes requests on; the first `times` ones whose line matches `pattern` meet with `mishap`.

    `before` is called instead of passing the request on; without it, the request is passed on and its answer is lost.
    `matched` has the bodies of all requests whose line matches.
    """

    def __init__(self, port: int, pattern: str, times: int, before: Callable[[], None] | None = None) -> None:
        self._target, self._pattern, self._left, self._before = port, re.compile(pattern), times, before
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self.matched: list[bytes] = []
        self.port: int = self._listening.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    @property
    def mishaps_left(self) -> int:
        return self._left

    def _accept(self) -> None:
        while True:
            try:
                asked, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(asked,), daemon=True).start()

    def _pass_on(self, asked: socket.socket) -> None:
        with asked:
            request = _whole(asked)
            is_lost = self._is_lost(request)
            if is_lost and self._before:
                self._before()
                return
            try:
                answer = self._answer(request)
            except OSError:
                return
            if not is_lost:
                asked.sendall(answer)

    def _is_lost(self, request: bytes) -> bool:
        with self._lock:
            if not self._pattern.search(request.partition(b"\r\n")[0].decode()):
                return False
            self.matched.append(request.partition(b"\r\n\r\n")[2])
            is_lost = self._left > 0
            self._left -= is_lost
            return is_lost

    def _answer(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self._target)) as server:
            server.sendall(request)
            parts = []
            while part := server.recv(65536):
                parts.append(part)
        return b"".join(parts)


def _whole(asked: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        if not (part := asked.recv(65536)):
            return request
        request += part
    head, _, body = request.partition(b"\r\n\r\n")
    found = _LENGTH.search(head)
    parts, missing = [request], int(found.group(1)) - len(body) if found else 0
    while missing > 0 and (part := asked.recv(65536)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
