"""An HTTP server that clients can't wear out: few connections, none of them idle for long, no traceback."""

import logging
import socket
import ssl
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

logger = logging.getLogger(__name__)

# A client that sends or takes nothing for so long is disconnected.
IDLE_SECONDS = 10.0
# Each connection has a thread.
CONNECTIONS_LIMIT = 16


class BoundedHTTPServer(ThreadingHTTPServer):
    """Serves up to CONNECTIONS_LIMIT connections; a further one takes the place of the one that idles the longest."""

    daemon_threads = True
    # With the default of 5, a burst of connections keeps a scrape waiting until its SYN is sent again.
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], handler: type["QuietHandler"], *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._tls = tls
        # Oldest first, each with whether its request is being answered.
        self._open: dict[socket.socket, bool] = {}
        self._lock = threading.Lock()
        super().__init__(address, handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        request, client_address = super().get_request()
        if self._tls is not None:
            # The handshake is the thread's, so that no client keeps others waiting with it.
            request = self._tls.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
        return request, client_address

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            if len(self._open) >= CONNECTIONS_LIMIT:
                idle = (connection for connection, is_busy in self._open.items() if not is_busy)
                oldest = next(idle, next(iter(self._open)))
                del self._open[oldest]
                _disconnect(oldest)
            self._open[request] = False
        super().process_request(request, client_address)

    def begin_answer(self, request: socket.socket) -> None:
        """Note that `request` is no idle connection."""
        with self._lock:
            if request in self._open:
                self._open[request] = True

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, *_args: object) -> None:
        """Log the kind of an error; a client that hangs up is none."""
        error = sys.exception()
        if not isinstance(error, OSError):
            logger.error("a request on the metrics port failed (%s)", type(error).__name__)


class QuietHandler(BaseHTTPRequestHandler):
    """Answers one request for each connection, and logs none."""

    server: BoundedHTTPServer
    # HTTP/1.0 closes the connection after the answer, so none is kept alive.
    protocol_version = "HTTP/1.0"

    def setup(self) -> None:
        super().setup()
        self.connection.settimeout(IDLE_SECONDS)
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.do_handshake()

    def do_GET(self) -> None:
        self.server.begin_answer(self.connection)
        self.get()

    def get(self) -> None:
        """Answer the request."""
        raise NotImplementedError

    def log_message(self, *_args: object) -> None:
        """Log nothing: scrapes are routine, and a path can hold a secret."""

    def answer(self, status: int, content_type: str, body: bytes, headers: Mapping[str, str] = {}) -> None:
        """Send a whole response."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _disconnect(connection: socket.socket) -> None:
    """End a connection whose thread waits for it; the thread then closes it."""
    try:
        # Below TLS, which would have the thread read from a connection that is gone.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        # It was ended by its client.
        return
