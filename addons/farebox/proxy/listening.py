"""How workers listen: which ports they share, and how many connections they accept at once."""

import asyncio
import re
from collections.abc import Callable, Iterable
from typing import Any

from mitmproxy.net.free_port import get_free_port
from mitmproxy.proxy.mode_servers import AsyncioServerInstance, ServerInstance
from mitmproxy.proxy.mode_specs import LocalMode, ProxyMode, TunMode

# Each takes mitmproxy a millisecond or two.
ACCEPTED_AT_ONCE = 4
# The kernel has a limit of its own, net.core.somaxconn.
QUEUED = 4096

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
            servers.append(await _serve(instance.handle_stream, host, port, reuse_port=is_shared))
        if protocol != "tcp" and number == 1:
            servers.append(await instance.start_udp_based_server(host or "0.0.0.0", port))  # noqa: S104 - requested by the mode
        return servers

    # mitmproxy has no option for it.
    AsyncioServerInstance.listen = listen  # type: ignore[method-assign,assignment]


async def _serve(handle: Callable[..., Any], host: str, port: int, *, reuse_port: bool) -> asyncio.Server:
    """Listen; asyncio accepts as many connections between two turns of its loop as it asks the kernel to queue."""
    server = await asyncio.start_server(handle, host, port, backlog=ACCEPTED_AT_ONCE, reuse_port=reuse_port or None)
    for listening in server.sockets:
        with listening.dup() as same:
            same.listen(QUEUED)
    return server


def with_port(server: ServerInstance[ProxyMode]) -> str:
    """Return the mode of `server`, with its actual port if the mode asks for any free one."""
    spec = server.mode.full_spec
    if server.mode.custom_listen_port != 0 or not server.listen_addrs:
        return spec
    return re.sub(r"0+$", str(server.listen_addrs[0][1]), spec)


def _is_shared(mode: ProxyMode) -> bool:
    return mode.transport_protocol != "udp" and not isinstance(mode, LocalMode | TunMode)
