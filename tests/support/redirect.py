"""mitmproxy add-on: send every upstream connection to the local upstream, under the name that the client asked for."""

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader
from mitmproxy.proxy.server_hooks import ServerConnectionHookData


class Redirect:
    """Swaps the address for the time of the connect alone, so that everything else sees the real host."""

    def __init__(self) -> None:
        self._wanted: dict[str, object] = {}

    def load(self, loader: Loader) -> None:
        loader.add_option("upstream_port", int, 0, "Port of the local upstream's TLS listener.")
        loader.add_option("upstream_plain_port", int, 0, "Port of its plain listener.")
        loader.add_option("upstream_ports", str, "", "Ports of single hosts: host=port,host=port.")

    def server_connect(self, data: ServerConnectionHookData) -> None:
        address = data.server.address
        assert address
        self._wanted[data.server.id] = address
        is_plain = address[1] not in (443, 8443)
        port = ctx.options.upstream_plain_port if is_plain else ctx.options.upstream_port
        single = dict(pair.split("=") for pair in ctx.options.upstream_ports.split(",") if pair)
        data.server.address = ("127.0.0.1", int(single.get(address[0], port)))

    def server_connected(self, data: ServerConnectionHookData) -> None:
        wanted = self._wanted.pop(data.server.id, None)
        if wanted:
            # mitmproxy forbids to change the address of an open connection.
            data.server.__dict__["address"] = wanted

    server_connect_error = server_connected


addons = [Redirect()]
