"""Listeners that several workers share."""

import asyncio
import re
from collections.abc import Iterable

from mitmproxy.net.free_port import get_free_port
from mitmproxy.proxy.mode_servers import AsyncioServerInstance, ServerInstance
from mitmproxy.proxy.mode_specs import LocalMode, ProxyMode, TunMode


def modes_of(number: int, specs: Iterable[str]) -> list[str]:
    """Return the modes that worker `number` serves: what cannot be shared is the first one's."""
    return [spec for spec in specs if number == 1 or _is_shared(ProxyMode.parse(spec))]


def share_ports(number: int) -> None:
    """Have the listeners of this process, worker `number`, share their TCP ports with the other workers'.

    The kernel deals connections out among them. A UDP port is the first worker's alone: what belongs together in QUIC
    would be dealt out too.
    """

    async def listen(instance: AsyncioServerInstance[ProxyMode], host: str, port: int) -> list[object]:
        protocol = instance.mode.transport_protocol
        port = port or get_free_port()
        servers: list[object] = []
        if protocol != "udp":
            servers.append(await asyncio.start_server(instance.handle_stream, host, port, reuse_port=True))
        if protocol != "tcp" and number == 1:
            servers.append(await instance.start_udp_based_server(host or "0.0.0.0", port))  # noqa: S104 - as asked
        return servers

    # mitmproxy has no option for it.
    AsyncioServerInstance.listen = listen  # type: ignore[method-assign,assignment]


def with_port(server: ServerInstance[ProxyMode]) -> str:
    """Return the mode of `server` with the port that it got, where any free one was asked for."""
    spec = server.mode.full_spec
    if server.mode.custom_listen_port != 0 or not server.listen_addrs:
        return spec
    return re.sub(r"0+$", str(server.listen_addrs[0][1]), spec)


def _is_shared(mode: ProxyMode) -> bool:
    return mode.transport_protocol != "udp" and not isinstance(mode, LocalMode | TunMode)
