"""`/metrics` and `/healthz` over HTTP."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from .health import Health


def serve(address: tuple[str, int], registry: CollectorRegistry, health: Callable[[], Health]) -> ThreadingHTTPServer:
    """Serve on threads of their own, and return the server; OSError where `address` is taken."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                render, content_type = choose_encoder(self.headers.get("Accept", ""))
                self._answer(200, content_type, render(registry))
            elif path == "/healthz":
                status, body = healthz(health())
                self._answer(status, "application/json", body)
            else:
                self._answer(404, "text/plain; charset=utf-8", b"farebox has /metrics and /healthz\n")

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing: a scrape is no news."""

    server = ThreadingHTTPServer(address, Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def healthz(health: Health) -> tuple[int, bytes]:
    """Return status and body: 200 while workers report, however far behind the ledger is."""
    body = {
        "status": "ok" if health.workers else "no worker reports",
        "workers": health.workers,
        "ledger": "behind" if health.is_behind else "ok",
        "pending": health.pending,
        "trouble": health.trouble,
        "clients": health.diagnostics,
        "expected": health.expected,
        "dropped": health.dropped,
    }
    return (200 if health.workers else 503), msgspec.json.encode(body) + b"\n"
