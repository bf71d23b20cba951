"""A local provider that talks over websockets: each connection is played by the test's function."""

import threading
from collections.abc import Callable
from typing import Self

import trustme
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

Play = Callable[[ServerConnection], None]


class SocketUpstream:
    """Serves on 127.0.0.1 without TLS, on threads of its own; `refusal` is the status of an upgrade refused.

    The client and the server of `websockets` read and write on two threads, which Python's TLS takes from 3.13 on only.
    """

    port = 0

    def __init__(self, play: Play) -> None:
        self.play = play
        self.refusal: int | None = None
        self.authority = trustme.CA()
        self._server = serve(self._played, "127.0.0.1", 0, process_request=self._refuse, compression="deflate")
        self.plain_port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join(10)

    def _played(self, connection: ServerConnection) -> None:
        try:
            self.play(connection)
        except ConnectionClosed:
            return

    def _refuse(self, connection: ServerConnection, _request: Request) -> Response | None:
        if self.refusal is None:
            return None
        answer = connection.respond(self.refusal, '{"error": {"type": "invalid_request_error", "code": "no"}}')
        answer.headers["content-type"] = "application/json"
        return answer
