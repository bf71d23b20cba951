"""Listeners that several workers share."""

import asyncio
import re
from collections.abc import Iterable

from mitmproxy.net.free_port import get_free_port
from mitmproxy.proxy.mode_servers import AsyncioServerInstance, ServerInstance
from mitmproxy.proxy.mode_specs import LocalMode, ProxyMode, TunMode


def modes_of(number: int, specs: Iterable[str]) -> list[str]:
    """Return the modes that worker `number` serves: those that workers cannot share run in the first one only."""
    return [spec for spec in specs if number == 1 or _is_shared(ProxyMode.parse(spec))]


def share_ports(number: int) -> None:
    """Make this process, worker `number`, share its TCP ports with the other workers.

    The kernel distributes connections among them. Only the first worker has the UDP ports: the kernel would distribute
    the datagrams of one QUIC connection too.
    """

    async def listen(instance: AsyncioServerInstance[ProxyMode], host: str, port: int) -> list[object]:
        protocol = instance.mode.transport_protocol
        port = port or get_free_port()
        servers: list[object] = []
        if protocol != "udp":
            servers.append(await asyncio.start_server(instance.handle_stream, host, port, reuse_port=True))
        if protocol != "tcp" and number == 1:
            servers.append(await instance.start_udp_based_server(host or "0.0.0.0", port))  # noqa: S104 - requested by the mode
        return servers

    # mitmproxy has no option for it.
    AsyncioServerInstance.listen = listen  # type: ignore[method-assign,assignment]


def with_port(server: ServerInstance[ProxyMode]) -> str:
    """Return the mode of `server`, with its actual port if the mode asks for any free one."""
    spec = server.mode.full_spec
    if server.mode.custom_listen_port != 0 or not server.listen_addrs:
        return spec
    return re.sub(r"0+$", str(server.listen_addrs[0][1]), spec)


def _is_shared(mode: ProxyMode) -> bool:
    return mode.transport_protocol != "udp" and not isinstance(mode, LocalMode | TunMode)
