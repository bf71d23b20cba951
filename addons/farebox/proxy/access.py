"""Who may use the proxy, and what it reaches for them."""

import asyncio
import base64
import binascii
import hmac
import ipaddress
import socket
import weakref
from collections.abc import Callable

from mitmproxy import connection, ctx, http
from mitmproxy.proxy.mode_specs import LocalMode, ProxyMode, RegularMode, ReverseMode, Socks5Mode, TunMode, UpstreamMode
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from ..config.access import Auth, check_listener, is_wide, network_of, password_of
from ..config.settings import Settings
from .edits import PROXY_PASSWORD, Editor
from .reach import Reach

CLIENT, AUTH, UPSTREAM = "client", "auth", "upstream"
HEADER = "proxy-authorization"
_REFUSED = "farebox_refused"
_KILLED = "Connection killed: "
_INSIDE = "on the inside of this network: add it to upstreams.allow in farebox.yaml"
# A body beyond this is not waited for: the connection is closed instead of an answer.
_BODY_LIMIT = 64 << 10
# In these modes clients talk to a proxy, and can state a password. In the first three, they choose the server.
_CHOOSING = (RegularMode, Socks5Mode, UpstreamMode)
_ASKING = (RegularMode, ReverseMode, UpstreamMode)


class Access:
    """Refuses clients and servers by the settings `clients`, `auth` and `upstreams`; `refused` counts them by reason.

    Servers are checked if other machines can use the proxy: a user of this machine reaches them anyway.
    """

    def __init__(self, settings: Settings, on_refused: Callable[[str], None]) -> None:
        self._networks = [network for text in settings.clients if (network := network_of(text)) is not None]
        self._credentials = f"{settings.auth.user}:{password_of(settings.auth)}".encode() if settings.auth.user else b""
        self._limits_upstreams = bool(settings.upstreams.allow) or any(map(is_wide, _listen_hosts(settings)))
        self._reach = Reach(settings)
        self._editor = Editor(PROXY_PASSWORD, settings)
        self._on_refused = on_refused
        self._known: weakref.WeakSet[connection.Client] = weakref.WeakSet()

    def running(self) -> None:
        """Let `clients` decide alone: by itself, mitmproxy accepts no client at a public address."""
        if self._networks and "block_global" in ctx.options:
            ctx.options.block_global = False

    def client_connected(self, client: connection.Client) -> None:
        """End the connection of a client that is in none of the networks."""
        if self._networks and not self._is_client(str(client.peername[0])):
            self._on_refused(CLIENT)
            client.error = "not in `clients`"

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Check the password of a tunnel; what passes through it needs none."""
        if not self.refuses(flow) and self._credentials:
            self._known.add(flow.client_conn)

    def refuses(self, flow: http.HTTPFlow) -> bool:
        """Answer `flow` with a 407 if its client states no password, or a wrong one; tell whether it is refused."""
        client = flow.client_conn
        if not self._credentials or flow.is_replay or not isinstance(client.proxy_mode, _ASKING):
            return False
        if client in self._known:
            return False
        if self._is_right(flow.request.headers.get(HEADER, "")):
            self._editor.remove_password(flow.request)
            return False
        self._on_refused(AUTH)
        flow.metadata[_REFUSED] = True
        if _has_long_body(flow.request):
            flow.kill()
        else:
            self._editor.replace_answer(flow, _asks_for_password())
        return True

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Check the password of a request outside of tunnels."""
        self.refuses(flow)

    async def server_connect(self, data: ServerConnectionHookData) -> None:
        """Refuse a server on the inside before it is connected to."""
        server = data.server
        if not self._limits(data) or server.address is None:
            return
        host, port = _place(server)
        if self._reach.allows_name(host, port):
            return
        if not all(self._reach.allows_address(address, port) for address in await _resolved(host, port)):
            self._on_refused(UPSTREAM)
            server.error = f"{host}:{port} is {_INSIDE}"

    def server_connected(self, data: ServerConnectionHookData) -> None:
        """Cut a connection before it is used, if its name had another address by then."""
        server = data.server
        if not self._limits(data) or server.address is None or server.peername is None:
            return
        host, port = _place(server)
        if not (self._reach.allows_name(host, port) or self._reach.allows_address(str(server.peername[0]), port)):
            self._on_refused(UPSTREAM)
            _abort(server)

    def _limits(self, data: ServerConnectionHookData) -> bool:
        """Tell whether the client has chosen the server, and may not choose any."""
        mode = data.client.proxy_mode
        if isinstance(mode, UpstreamMode) and data.server.address == mode.address:
            # The company's proxy itself.
            return False
        return self._limits_upstreams and not data.server.via and isinstance(data.client.proxy_mode, _CHOOSING)

    def _is_client(self, text: str) -> bool:
        address = ipaddress.ip_address(text.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        return address.is_loopback or any(address in network for network in self._networks)

    def _is_right(self, header: str) -> bool:
        scheme, _, value = header.strip().partition(" ")
        try:
            stated = base64.b64decode(value.strip(), validate=True)
        except (binascii.Error, ValueError):
            return False
        return scheme.lower() == "basic" and hmac.compare_digest(stated, self._credentials)


def is_refused(flow: http.HTTPFlow) -> bool:
    """Tell whether `flow` has no right to use the proxy."""
    return _REFUSED in flow.metadata


def is_inside_error(message: str | None) -> bool:
    """Tell whether mitmproxy's `message` about a connection is that its server must not be reached."""
    return (message or "").removeprefix(_KILLED).endswith(_INSIDE)


def check_modes(settings: Settings) -> None:
    """Raise a SettingsError if any machine could use a listener of `mode`, and nobody has said that this is meant."""
    for spec in settings.mode:
        mode = ProxyMode.parse(spec)
        if mode.transport_protocol != "udp" and not isinstance(mode, LocalMode | TunMode):
            # The others ask for no password.
            auth = settings.auth if isinstance(mode, _ASKING) else Auth()
            host = mode.listen_host(settings.host)
            check_listener(host, settings.clients, auth, is_open=settings.open, key=f"mode: {spec}")


def _listen_hosts(settings: Settings) -> list[str]:
    """Return the addresses of all listeners at which a client can choose the server."""
    modes = map(ProxyMode.parse, settings.mode)
    more = [mode.listen_host(settings.host) for mode in modes if isinstance(mode, _CHOOSING)]
    return [settings.host, *more]


def _place(server: connection.Server) -> tuple[str, int]:
    assert server.address
    return server.address[0].rpartition("@")[2], server.address[1]


def _abort(server: connection.Server) -> None:
    """Drop the connection to `server`, with everything that mitmproxy writes to it from now on."""
    for handler in ctx.master.addons.get("proxyserver").connections.values():
        if server in handler.transports:
            handler.transports[server].writer.transport.abort()


def _asks_for_password() -> http.Response:
    return http.Response.make(
        407,
        b"farebox: state the proxy's user and password, as in http://USER:PASSWORD@HOST:PORT\n",
        {"proxy-authenticate": 'Basic realm="farebox"', "content-type": "text/plain"},
    )


async def _resolved(host: str, port: int) -> list[str]:
    """Return the addresses of `host`; none if it has none, as the connection then fails by itself."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(address[0]) for *_, address in found]


def _has_long_body(request: http.Request) -> bool:
    length = request.headers.get("content-length", "0")
    return "transfer-encoding" in request.headers or not length.isdecimal() or int(length) > _BODY_LIMIT
