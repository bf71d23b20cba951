"""Reverse listeners connect when a request comes, not when a client does.

With mitmproxy's eager strategy, a client of a reverse listener whose server is down gets an empty reply, and no hook
sees a request: the outage leaves no row.
"""

from typing import Any

from mitmproxy import connection, tls
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.proxy.mode_specs import ReverseMode


class LazyOptions:
    """mitmproxy's options as they are, but for the strategy by which a connection is opened."""

    connection_strategy = "lazy"

    def __init__(self, options: Any) -> None:
        self._options = options

    def __getattr__(self, name: str) -> Any:
        return getattr(self._options, name)


def connect_on_request(client: connection.Client, proxy: Proxyserver) -> None:
    """Have a new client's connection to the server of its reverse listener opened by its first request.

    Other protocols than HTTP stay as they are: there the server may have to speak first.
    """
    handler = proxy.connections.get(client.id)
    if handler and _is_for_requests(client):
        context = handler.layer.context
        context.options = LazyOptions(context.options)  # type: ignore[assignment]


def answer_hello_first(data: tls.ClientHelloData) -> None:
    """Have the handshake with a client of a reverse listener done without its server, which the request may choose."""
    if _is_for_requests(data.context.client):
        data.establish_server_tls_first = False


def _is_for_requests(client: connection.Client) -> bool:
    mode = client.proxy_mode
    return isinstance(mode, ReverseMode) and mode.scheme in {"http", "https"} and mode.transport_protocol != "udp"
