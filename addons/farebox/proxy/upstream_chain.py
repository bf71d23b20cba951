"""Calls through a company's proxy, but for those that NO_PROXY excludes."""

import base64

from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy.mode_specs import ReverseMode, UpstreamMode

from ..config.settings import Settings
from ..config.upstream_proxy import AUTO, NEVER, UpstreamProxy, bypasses, parse
from .edits import address_to_proxy, address_to_server


def upstream_of(settings: Settings) -> UpstreamProxy | None:
    """Return the proxy that workers call through, if any."""
    return None if settings.upstream_proxy in {"", AUTO, NEVER} else parse(settings.upstream_proxy)


class UpstreamChain:
    """Sends each call through `proxy`, or straight to its server, and tells `proxy` who calls."""

    def __init__(self, proxy: UpstreamProxy, no_proxy: tuple[str, ...]) -> None:
        self._via = (proxy.scheme, (proxy.host, proxy.port))
        self._no_proxy = no_proxy
        self._header = f"Basic {base64.b64encode(proxy.auth.encode()).decode()}" if proxy.auth else ""

    def http_connect(self, flow: http.HTTPFlow) -> None:
        self._choose(flow)

    def http_connect_upstream(self, flow: http.HTTPFlow) -> None:
        if self._header:
            address_to_proxy(flow.request, self._header)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Choose the way of a request outside a tunnel; after routes have chosen its server."""
        if not isinstance(flow.client_conn.proxy_mode, UpstreamMode | ReverseMode):
            return
        is_direct = self._choose(flow)
        if isinstance(flow.client_conn.proxy_mode, ReverseMode) or flow.request.scheme == "https":
            return
        if is_direct:
            address_to_server(flow.request)
        elif self._header:
            address_to_proxy(flow.request, self._header)

    def _choose(self, flow: http.HTTPFlow) -> bool:
        """Set the way to the flow's server; return whether it is a direct one."""
        is_direct = bypasses(flow.request.host, flow.request.port, self._no_proxy)
        if flow.server_conn.state is ConnectionState.CLOSED:
            flow.server_conn.via = None if is_direct else self._via  # type: ignore[assignment]
        return is_direct
