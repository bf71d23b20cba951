"""Tell connections that mitmproxy ends after a long silence from those that clients end: it reports both alike."""

from mitmproxy.connection import Client
from mitmproxy.proxy.server import ConnectionHandler

from ._patch import Patch, apply

_SILENT = "silent for longer than idle_timeout"

_on_timeout = ConnectionHandler.on_timeout


def mark_silent_clients() -> None:
    """Have mitmproxy mark a client that it is about to disconnect; `was_silent` reads the mark."""
    apply(_PATCH)


def was_silent(client: Client) -> bool:
    """Tell whether the connection was ended here, after a silence."""
    return client.error == _SILENT


async def _marking_on_timeout(handler: ConnectionHandler) -> None:
    handler.client.error = _SILENT
    await _on_timeout(handler)


_PATCH = Patch(
    ConnectionHandler,
    "on_timeout",
    _marking_on_timeout,
    without="a call that is cut by idle_timeout is recorded as client_abort",
    known=frozenset({"48f3ddbc7f00ef30"}),
)
