"""How workers listen: which ports they share, and how many connections they accept at once."""

import asyncio
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from mitmproxy.net.free_port import get_free_port
from mitmproxy.proxy.mode_servers import AsyncioServerInstance, ServerInstance
from mitmproxy.proxy.mode_specs import (
    LocalMode,
    ProxyMode,
    RegularMode,
    ReverseMode,
    Socks5Mode,
    TunMode,
    UpstreamMode,
)

from . import pending_clients
from .patches._patch import digest
from .pending_clients import PendingClients

# Each takes mitmproxy a millisecond or two.
ACCEPTED_AT_ONCE = 4
# The kernel has a limit of its own, net.core.somaxconn.
QUEUED = 4096
_DIGESTS = ("6039d33342386ecd", "3bca79c03a602d9d", "7dbc0a3cccd70a2e")
_ADDRESSES: Any = vars(AsyncioServerInstance)["listen_addrs"]
_RELIED_ON = (
    _ADDRESSES.fget,
    AsyncioServerInstance._stop,  # noqa: SLF001
    AsyncioServerInstance.handle_stream,
)

_listen = AsyncioServerInstance.listen


def modes_of(number: int, specs: Iterable[str]) -> list[str]:
    """Return the modes that worker `number` serves: those that workers cannot share run in the first one only."""
    return [spec for spec in specs if number == 1 or _is_shared(ProxyMode.parse(spec))]


def set_up_ports(number: int, workers: int) -> None:
    """Have worker `number` of `workers` listen so that a burst of connections doesn't hold up its calls.

    Workers share their TCP ports, and the kernel distributes connections among them. Only the first one has the UDP
    ports: the kernel would distribute the datagrams of one QUIC connection too.
    """

    async def listen(instance: AsyncioServerInstance[ProxyMode], host: str, port: int) -> list[object]:
        protocol = instance.mode.transport_protocol
        is_shared = workers > 1
        if protocol != "tcp" and not is_shared:
            return [*await _listen(instance, host, port)]
        port = port or get_free_port()
        servers: list[object] = []
        if protocol != "udp":
            servers.append(await _serve(instance, host, port, reuse_port=is_shared))
        if protocol != "tcp" and number == 1:
            servers.append(await instance.start_udp_based_server(host or "0.0.0.0", port))  # noqa: S104 - requested by the mode
        return servers

    # mitmproxy has no option for it.
    AsyncioServerInstance.listen = listen  # type: ignore[method-assign,assignment]


async def _serve(
    instance: AsyncioServerInstance[ProxyMode], host: str, port: int, *, reuse_port: bool
) -> asyncio.Server | PendingClients:
    """Listen; asyncio accepts as many connections between two turns of its loop as it asks the kernel to queue."""
    if _speaks_last(instance.mode) and pending_clients.is_supported() and _is_known():
        bound = await _start(instance, host, port, reuse_port=reuse_port, start_serving=False)
        sockets = [one.dup() for one in bound.sockets]
        bound.close()
        for one in sockets:
            one.listen(QUEUED)
        return PendingClients(sockets, instance.handle_stream)
    server = await _start(instance, host, port, reuse_port=reuse_port, start_serving=True)
    for listening in server.sockets:
        with listening.dup() as same:
            same.listen(QUEUED)
    return server


async def _start(
    instance: AsyncioServerInstance[ProxyMode], host: str, port: int, *, reuse_port: bool, start_serving: bool
) -> asyncio.Server:
    return await asyncio.start_server(
        instance.handle_stream,
        host,
        port,
        backlog=ACCEPTED_AT_ONCE,
        reuse_port=reuse_port or None,
        start_serving=start_serving,
    )


@cache
def _is_known() -> bool:
    """Tell whether mitmproxy uses a server as was known when PendingClients was written."""
    return tuple(map(digest, _RELIED_ON)) == _DIGESTS


def _speaks_last(mode: ProxyMode) -> bool:
    """Tell whether the client of this mode begins; with other protocols than HTTP, the server may have to."""
    if isinstance(mode, ReverseMode):
        return mode.scheme in {"http", "https"}
    return isinstance(mode, RegularMode | UpstreamMode | Socks5Mode)


def with_port(server: ServerInstance[ProxyMode]) -> str:
    """Return the mode of `server`, with its actual port if the mode asks for any free one."""
    spec = server.mode.full_spec
    if server.mode.custom_listen_port != 0 or not server.listen_addrs:
        return spec
    return re.sub(r"0+$", str(server.listen_addrs[0][1]), spec)


def _is_shared(mode: ProxyMode) -> bool:
    return mode.transport_protocol != "udp" and not isinstance(mode, LocalMode | TunMode)
