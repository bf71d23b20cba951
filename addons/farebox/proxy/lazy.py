"""Reverse listeners connect when a request comes, not when a client does.

With mitmproxy's eager strategy, a client of a reverse listener whose server is down gets an empty reply, and no hook
sees a request: the outage leaves no row.
"""

from typing import Any

from mitmproxy import connection
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
    mode = client.proxy_mode
    handler = proxy.connections.get(client.id)
    if (
        handler
        and isinstance(mode, ReverseMode)
        and mode.scheme in {"http", "https"}
        and mode.transport_protocol != "udp"
    ):
        context = handler.layer.context
        context.options = LazyOptions(context.options)  # type: ignore[assignment]
