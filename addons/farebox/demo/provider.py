"""A local provider that answers under the real providers' host names."""

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

from cryptography.x509 import DNSName
from mitmproxy.certs import CertStore

from .answers import Answer, answer_to

_PACE_SECONDS = 0.03
_STALL_SECONDS = 10.0
_NAME = "provider"
_KEY_BITS = 2048


@dataclass(frozen=True, slots=True)
class Provider:
    """The port of the provider, and the file with the CA that signed its certificate."""

    port: int
    authority: Path


@contextmanager
def provider(folder: Path, hosts: tuple[str, ...]) -> Iterator[Provider]:
    """Serve while the block runs, with a certificate for `hosts`; its certificate files are written to `folder`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder, hosts), folder / f"{_NAME}-ca.pem")
    server = _Server(("127.0.0.1", 0), _Handler)
    # Each connection does its handshake in its own thread, so that none blocks the others.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, name="provider", daemon=True)
    thread.start()
    try:
        yield Provider(server.server_address[1], folder / f"{_NAME}-ca-cert.pem")
    finally:
        server.shutdown()
        server.server_close()


def _certificate(folder: Path, hosts: tuple[str, ...]) -> Path:
    """Write a CA and a certificate for `hosts` to `folder`; return the certificate's path. Both have the same key."""
    store = CertStore.from_store(folder, _NAME, _KEY_BITS)
    path = folder / f"{_NAME}.pem"
    path.write_bytes(store.get_cert(hosts[0], [DNSName(host) for host in hosts]).cert.to_pem())
    return path


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, *_details: object) -> None:
        """Print nothing: the session aborts calls on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = answer_to(self.path, request)
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
        if answer.stalls:
            # How much of it passes must not depend on how fast its client leaves.
            self.connection.settimeout(_STALL_SECONDS)
            self.close_connection = True
            self.rfile.read(1)
            return
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_args: object) -> None:
        """Print nothing: the demo's output is its report."""
