"""A relay between a client and a server that cuts the connection when the test says."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Self

_PIECE = 1 << 16


class Cutting:
    """Listens on `port` and passes bytes on to and from the server at `to`.

    Where `cuts` says so of what a client sent, the server gets that, and its answer is the last that is heard: neither
    it nor anything after reaches the client.
    """

    def __init__(self, to: int, cuts: Callable[[bytes], bool]) -> None:
        self._to = to
        self._cuts = cuts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut = 0
        self._pairs: list[_Pair] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        # A thread that waits in accept() wakes by this, not by close().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        for pair in self._pairs:
            pair.end()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._to), 10)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self._pairs.append(_Pair(self, client, server))

    def is_cut(self, sent: bytes) -> bool:
        if self._cuts(sent):
            self.cut += 1
            return True
        return False


class _Pair:
    def __init__(self, cutting: Cutting, client: socket.socket, server: socket.socket) -> None:
        self._cutting = cutting
        self._client = client
        self._server = server
        self._is_cut = threading.Event()
        self._pumps = [threading.Thread(target=pump, daemon=True) for pump in (self._upwards, self._downwards)]
        for pump in self._pumps:
            pump.start()

    def end(self) -> None:
        """Close both connections, and return once nothing passes any more."""
        self._hang_up()
        for pump in self._pumps:
            pump.join()

    def _upwards(self) -> None:
        with contextlib.suppress(OSError):
            while sent := self._client.recv(_PIECE):
                if self._cutting.is_cut(sent):
                    self._is_cut.set()
                self._server.sendall(sent)
        if not self._is_cut.is_set():
            self._hang_up()
        self._client.close()

    def _downwards(self) -> None:
        with contextlib.suppress(OSError):
            while (answer := self._server.recv(_PIECE)) and not self._is_cut.is_set():
                self._client.sendall(answer)
        self._hang_up()
        self._server.close()

    def _hang_up(self) -> None:
        for one in (self._client, self._server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
