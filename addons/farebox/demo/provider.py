"""A provider on this machine that answers under the real providers' names."""

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme

from .answers import Answer, answer_to

_PACE_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class Provider:
    """Where it listens, and the file with the authority that signed its certificate."""

    port: int
    authority: Path


@contextmanager
def provider(folder: Path, hosts: tuple[str, ...]) -> Iterator[Provider]:
    """Serve for as long as the block runs, with a certificate for `hosts`; what it needs as files goes to `folder`."""
    authority = trustme.CA()
    path = folder / "provider-ca.pem"
    authority.cert_pem.write_to_path(str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts).configure_cert(context)
    server = _Server(("127.0.0.1", 0), _Handler)
    # Each connection's handshake is its own thread's.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, name="provider", daemon=True)
    thread.start()
    try:
        yield Provider(server.server_address[1], path)
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, *_details: object) -> None:
        """Say nothing: a client that hangs up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = answer_to(self.path, asked)
        time.sleep(answer.thinking)
        with contextlib.suppress(OSError):
            self._stream(answer) if answer.events else self._whole(answer)

    def _whole(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _stream(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for event in answer.events:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
            self.wfile.flush()
            time.sleep(_PACE_SECONDS)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_args: object) -> None:
        """Say nothing."""
