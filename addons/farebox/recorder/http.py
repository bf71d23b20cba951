"""`/metrics` and `/healthz` over HTTP."""

import threading
from collections.abc import Callable

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from .health import Health
from .http_server import BoundedHTTPServer, QuietHandler


def serve(address: tuple[str, int], registry: CollectorRegistry, health: Callable[[], Health]) -> BoundedHTTPServer:
    """Serve on threads and return the server; OSError if `address` is in use."""

    class Handler(QuietHandler):
        def get(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                render, content_type = choose_encoder(self.headers.get("Accept", ""))
                self.answer(200, content_type, render(registry))
            elif path == "/healthz":
                status, body = healthz(health())
                self.answer(status, "application/json", body)
            else:
                self.answer(404, "text/plain; charset=utf-8", b"farebox has /metrics and /healthz\n")

    server = BoundedHTTPServer(address, Handler)
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
