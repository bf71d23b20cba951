"""Refuse connections to farebox itself: the proxy would call itself until its open files run out.

mitmproxy compares names alone, so another spelling or another name of this machine passes its check. Here the address
that a connection has reached is compared.
"""

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

from mitmproxy import ctx
from mitmproxy.connection import Connection, ConnectionState
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.server import ConnectionHandler
from mitmproxy.proxy.server_hooks import ServerConnectErrorHook, ServerConnectionHookData

from ._patch import Patch, apply

PROBLEM = "this is the proxy's own address"
_FIX = "name the server to call, or begin the path with a route such as /openai"
_KILLED = "Connection killed: "

_open_connection = ConnectionHandler.open_connection


def refuse_own_address() -> None:
    """Have mitmproxy end a connection that has reached a listener of this process, before it is used."""
    apply(_PATCH)


def own_address_error() -> str:
    """Return the error of such a connection; clients see it."""
    return f"{PROBLEM}: {_FIX}."


def is_own_address_error(message: str | None) -> bool:
    """Tell whether mitmproxy's `message` about a connection is that error."""
    return (message or "").removeprefix(_KILLED).startswith(PROBLEM)


def is_own_literal(host: str, port: int) -> bool:
    """Tell whether `host` is an address, in any of its forms, that is a listener of this process.

    Nothing is asked of the network: a name is compared once it is connected to.
    """
    listening = _listening("tcp")
    if all(port != own for _, own, *_ in listening):
        return False
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return host.lower().rstrip(".") == "localhost"
    return any(is_own(address, listening) for *_, address in found)


def is_own(peer: tuple[Any, ...], listening: Iterable[tuple[Any, ...]]) -> bool:
    """Tell whether the address `peer` of a connection is one of `listening`, or this machine at a port of one.

    A listener can be reached by every address of this machine if its own is a wildcard, and by another name of it.
    """
    return any(peer[1] == port for _, port, *_ in listening) and _is_this_machine(peer[0])


def _is_this_machine(address: str) -> bool:
    """Tell whether `address` belongs to this machine: only such a one can be bound."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback:
        return True
    try:
        with socket.socket(socket.AF_INET6 if ip.version == 6 else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((str(ip), 0))
    except OSError:
        return False
    return True


async def _checked_open_connection(handler: ConnectionHandler, command: commands.OpenConnection) -> None:
    await _open_connection(_Opening(handler), command)  # type: ignore[arg-type]


class _Opening:
    """A ConnectionHandler while it opens one connection: it refuses our own address once it is connected."""

    def __init__(self, handler: ConnectionHandler) -> None:
        self._handler = handler
        self._is_refused = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handler, name)

    async def server_event(self, event: events.OpenConnectionCompleted) -> None:
        connection = event.command.connection
        if event.reply is None and _is_ours(connection):
            self._is_refused = True
            connection.error = own_address_error()
            connection.state = ConnectionState.CLOSED
            writer = self._handler.transports.pop(connection).writer
            assert writer
            writer.close()
            data = ServerConnectionHookData(client=self._handler.client, server=connection)
            await self._handler.handle_hook(ServerConnectErrorHook(data))
            event = events.OpenConnectionCompleted(event.command, connection.error)
        await self._handler.server_event(event)

    async def handle_connection(self, connection: Connection) -> None:
        if not self._is_refused:
            await self._handler.handle_connection(connection)


def _is_ours(connection: Connection) -> bool:
    return connection.peername is not None and is_own(connection.peername, _listening(connection.transport_protocol))


def _listening(protocol: str) -> list[tuple[Any, ...]]:
    """Return the addresses at which this process listens."""
    proxyserver = ctx.master.addons.get("proxyserver")
    return [
        address
        for server in (proxyserver.servers if proxyserver else ())
        if server.mode.transport_protocol in {protocol, "both"}
        for address in server.listen_addrs
    ]


_PATCH = Patch(
    ConnectionHandler,
    "open_connection",
    _checked_open_connection,
    without="a client that names the proxy's own address as its target makes it call itself",
    known=frozenset({"0d5643e322f68b51"}),
)
