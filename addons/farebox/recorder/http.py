"""`/metrics`, `/healthz` and the page at `/` over HTTP or HTTPS."""

import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from ..config import web_config, web_tls
from ..config.settings import Settings
from .health import Health
from .http_access import Passwords, allowed_host
from .http_server import BoundedHTTPServer, QuietHandler

_TEXT = "text/plain; charset=utf-8"
# The page needs nothing but its own style, and no other page may show it.
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Access:
    """How the port may be used: `tls`, `passwords`, names that a Host header may have, and `headers` of answers."""

    tls: ssl.SSLContext | None = None
    passwords: Passwords = field(default_factory=lambda: Passwords({}))
    hosts: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def access_of(settings: Settings) -> Access:
    """Return how the metrics port may be used by `settings` and its web configuration. SettingsError."""
    config = web_config.read(settings.web_config)
    return Access(
        web_tls.context(settings.web_config, config.tls_server_config),
        Passwords(config.basic_auth_users),
        (settings.metrics_host, *settings.metrics.hosts),
        config.http_server_config.headers,
    )


def serve(
    address: tuple[str, int],
    registry: CollectorRegistry,
    health: Callable[[], Health],
    *,
    page: Callable[[], bytes] = lambda: b"farebox\n",
    access: Access | None = None,
) -> BoundedHTTPServer:
    """Serve on threads and return the server; OSError if `address` is in use."""
    allowed = access or Access()

    class Handler(QuietHandler):
        def get(self) -> None:
            path = self.path.partition("?")[0]
            if not allowed_host(self.headers.get("Host"), allowed.hosts):
                self.answer(421, _TEXT, b"this Host header is not allowed: add the name to metrics.hosts\n")
            elif path == "/healthz":
                # Without a password: container engines and `farebox doctor` have none.
                status, body = healthz(health())
                self.answer(status, "application/json", body, allowed.headers)
            elif not allowed.passwords.accept(self.headers.get("Authorization")):
                challenge = {"WWW-Authenticate": 'Basic realm="farebox", charset="UTF-8"'}
                self.answer(401, _TEXT, b"user and password are required\n", challenge)
            else:
                self._answer(path)

        def _answer(self, path: str) -> None:
            if path == "/metrics":
                render, content_type = choose_encoder(self.headers.get("Accept", ""))
                self.answer(200, content_type, render(registry), allowed.headers)
            elif path == "/":
                self.answer(200, "text/html; charset=utf-8", page(), {**_PAGE_HEADERS, **allowed.headers})
            else:
                self.answer(404, _TEXT, b"farebox has /, /metrics and /healthz\n")

    server = BoundedHTTPServer(address, Handler, tls=allowed.tls)
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
        "address": health.address,
        "inflight": health.inflight,
    }
    return (200 if health.workers else 503), msgspec.json.encode(body) + b"\n"
